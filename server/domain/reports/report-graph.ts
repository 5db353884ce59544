/** The life of a complaint: the owner's own is forwarded where that was asked for; one about this home waits for the owner. */
import { defineGraph } from '../../stator/graph.ts'

export const reportGraph = defineGraph('reports', {
  new: { initial: true, next: ['sent'], retryEverySeconds: 600, backOffToSeconds: 21_600 },
  sent: { next: [] },
  received: { next: [] }, // born here
})
