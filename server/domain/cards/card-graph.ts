/** The life of a link preview: its page is read, again when it is old and shown once more, and goes with its last post. */
import { defineGraph } from '../../stator/graph.ts'

/** A preview that is older is read again when it is shown. */
export const CARD_FRESH_SECONDS = 14 * 86_400

export const cardGraph = defineGraph(
  'cards',
  {
    due: {
      initial: true,
      next: ['fetched', 'failed', 'unused'],
      retryEverySeconds: 600,
      backOffToSeconds: 43_200,
      timeoutSeconds: 2 * 86_400,
      timeoutState: 'failed',
    },
    // Whether a post still has it is looked at now and then.
    fetched: { next: ['due', 'unused'], retryEverySeconds: CARD_FRESH_SECONDS, attemptsImmediately: false },
    // Remembered, so that nobody is asked in vain each time; after that the next look begins anew.
    failed: { next: [], deleteAfterSeconds: 7 * 86_400 },
    unused: { next: [], deleteAfterSeconds: 1 },
  },
  { hostColumn: 'host', claimSize: 20 },
)
