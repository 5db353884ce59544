/**
 * The life of a hashtag: a use makes its numbers outdated, and a minute later they are counted anew, however many uses there
 * were by then.
 */
import { defineGraph } from '../../stator/graph.ts'

/** As long as a hashtag waits after its first use; the migration says the same for one that is new. */
export const RECOUNT_SECONDS = 60

export const hashtagGraph = defineGraph(
  'hashtags',
  {
    outdated: {
      next: ['updated'],
      initial: true,
      retryEverySeconds: RECOUNT_SECONDS,
      attemptsImmediately: false,
    },
    updated: { next: ['outdated'] },
  },
  { claimSize: 100 },
)
