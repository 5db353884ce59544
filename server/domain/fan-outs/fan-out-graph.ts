/**
 * The life of a delivery: tried for seven days. When it is tried next is the peer's row to say, so the handler gives
 * the delay itself; the interval here is that of a handler that threw.
 */
import { defineGraph } from '../../stator/graph.ts'

const WEEK_SECONDS = 7 * 86_400

export const fanOutGraph = defineGraph(
  'fan_outs',
  {
    new: {
      initial: true,
      next: ['sent', 'skipped', 'failed'],
      retryEverySeconds: 60,
      backOffToSeconds: 21_600,
      timeoutSeconds: WEEK_SECONDS,
      timeoutState: 'failed',
    },
    sent: { next: [], deleteAfterSeconds: 86_400 },
    skipped: { next: [], deleteAfterSeconds: 86_400 },
    failed: { next: ['new'], deleteAfterSeconds: WEEK_SECONDS }, // the owner may have it tried again
  },
  { hostColumn: 'host', concurrencyFactor: 4, claimSize: 64 },
)
