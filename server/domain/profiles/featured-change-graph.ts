/** What an identity features on its profile, or no longer does, on its way to its followers. */
import { defineGraph } from '../../stator/graph.ts'

export const featuredChangeGraph = defineGraph('featured_changes', {
  new: { next: ['sent'], initial: true, retryEverySeconds: 60, backOffToSeconds: 3_600 },
  sent: { next: [], deleteAfterSeconds: 86_400 },
})
