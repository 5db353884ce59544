/** The life of a block or mute. A mute stays at home; one that ends waits for its moment. */
import { defineGraph } from '../../stator/graph.ts'

export const blockGraph = defineGraph('blocks', {
  new: { next: ['sent', 'awaiting_expiry', 'undone'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  sent: { next: ['undone'] },
  awaiting_expiry: { next: ['undone'], retryEverySeconds: 60, attemptsImmediately: false },
  undone: { next: ['undone_sent'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  undone_sent: { next: [], deleteAfterSeconds: 86_400 },
})
