/** The life of what is made to take along: made in one go, begun anew after an interruption, and kept for a week. */
import { defineGraph } from '../../stator/graph.ts'

const DAY = 86_400

export const exportGraph = defineGraph(
  'exports',
  {
    making: {
      initial: true,
      next: ['ready', 'failed', 'cancelled'],
      retryEverySeconds: 60,
      backOffToSeconds: 3_600,
      timeoutSeconds: 2 * DAY,
      timeoutState: 'failed',
    },
    ready: { next: [], deleteAfterSeconds: 7 * DAY },
    failed: { next: [], deleteAfterSeconds: 7 * DAY },
    cancelled: { next: [], deleteAfterSeconds: DAY },
  },
  // It reads the whole disk: one at a time is enough for one person. Made in one go, it may take hours.
  { concurrencyFactor: 0.25, claimSize: 1, handlerSeconds: DAY },
)
