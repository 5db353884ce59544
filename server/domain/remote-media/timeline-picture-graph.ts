/** The life of a post whose pictures are about to be seen: they are fetched, or not worth it any more, and the row goes. */
import { defineGraph } from '../../stator/graph.ts'

export const timelinePictureGraph = defineGraph(
  'timeline_pictures',
  {
    wanted: {
      next: ['fetched', 'skipped'],
      retryEverySeconds: 60,
      timeoutSeconds: 3_600,
      timeoutState: 'skipped',
    },
    fetched: { next: [], deleteAfterSeconds: 1 },
    skipped: { next: [], deleteAfterSeconds: 1 },
  },
  { claimSize: 100, concurrencyFactor: 0.5 },
)
