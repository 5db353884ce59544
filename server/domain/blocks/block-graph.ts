/** The life of a block or mute. A mute stays at home; one that ends waits for its moment. */
import { defineGraph } from '../../stator/graph.ts'

export const blockGraph = defineGraph('blocks', {
  new: {
    initial: true,
    next: ['new', 'sent', 'awaiting_expiry', 'undone'],
    retryEverySeconds: 60,
    backOffToSeconds: 3_600,
  },
  sent: { next: ['new', 'undone'] }, // `new` again when its end is changed
  awaiting_expiry: { next: ['new', 'undone'], retryEverySeconds: 60 },
  undone: { next: ['undone_sent'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  undone_sent: { next: [], deleteAfterSeconds: 86_400 },
})
