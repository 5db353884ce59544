/** The life of a received activity. It is kept a week, so that a repetition is recognised. */
import { defineGraph } from '../../stator/graph.ts'

const WEEK_SECONDS = 7 * 86_400

export const inboxMessageGraph = defineGraph(
  'inbox_messages',
  {
    received: {
      initial: true,
      next: ['processed', 'dropped'],
      retryEverySeconds: 30,
      backOffToSeconds: 3_600,
      timeoutSeconds: 3 * 86_400,
      timeoutState: 'dropped',
    },
    // Out of either only the owner's wish leads, to see it done again.
    processed: { next: ['received'], deleteAfterSeconds: WEEK_SECONDS },
    dropped: { next: ['received'], deleteAfterSeconds: WEEK_SECONDS },
  },
  // Few calls at once: what arrives meanwhile is handled together, which costs far less than one by one.
  { hostColumn: 'host', hostShare: 0.25, concurrencyFactor: 0.75, claimSize: 100, gathers: true },
)
