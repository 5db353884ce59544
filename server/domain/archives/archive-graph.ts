/** The life of an archive that is taken in: what is in it is listed first, and then brought along from the oldest on. */
import { defineGraph } from '../../stator/graph.ts'

/** To unpack a large one, on a small machine. */
const MOST_HOURS = 4
const KEPT_SECONDS = 90 * 86_400

export const archiveGraph = defineGraph(
  'archive_imports',
  {
    reading: {
      initial: true,
      next: ['importing', 'failed', 'cancelling'],
      retryEverySeconds: 10,
      backOffToSeconds: 600,
    },
    importing: { next: ['finished', 'failed', 'cancelling'], retryEverySeconds: 10, backOffToSeconds: 600 },
    cancelling: { next: ['cancelled'], retryEverySeconds: 10, backOffToSeconds: 600 },
    finished: { next: [], deleteAfterSeconds: KEPT_SECONDS },
    failed: { next: [], deleteAfterSeconds: KEPT_SECONDS },
    cancelled: { next: [], deleteAfterSeconds: KEPT_SECONDS },
  },
  // One post after the other: those that reply come after what they reply to.
  { claimSize: 1, handlerSeconds: MOST_HOURS * 3_600 },
)
