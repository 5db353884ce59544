/**
 * The life of a draft: written on as long as its author likes, then held for a moment in which it can be called back, then a
 * post. The moment is the home's: closing the window neither loses the post nor sends it twice.
 */
import { defineGraph } from '../../stator/graph.ts'

export const draftGraph = defineGraph('drafts', {
  kept: { initial: true, next: ['held'] },
  held: { next: ['held', 'kept', 'sent', 'failed'], retryEverySeconds: 15, backOffToSeconds: 600 },
  failed: { next: ['kept', 'held'] }, // left when its author changes it or tries again
  sent: { next: [], deleteAfterSeconds: 86_400 }, // the post stays; windows learn what became of the draft
})
