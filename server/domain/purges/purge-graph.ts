/**
 * The life of a purge: the caches are told at once, and once more a moment later, because what was on its way to a cache
 * while the change was made is kept after it. Nothing is kept longer than a day, so a purge that old has nothing to do.
 */
import { defineGraph } from '../../stator/graph.ts'

const DAY_SECONDS = 86_400

export const purgeGraph = defineGraph(
  'purges',
  {
    new: {
      initial: true,
      next: ['answered', 'done', 'dropped'],
      retryEverySeconds: 1,
      backOffToSeconds: 300,
      timeoutSeconds: DAY_SECONDS,
      timeoutState: 'dropped',
    },
    answered: {
      next: ['done', 'dropped'],
      attemptsImmediately: false,
      retryEverySeconds: 3,
      backOffToSeconds: 300,
      timeoutSeconds: DAY_SECONDS,
      timeoutState: 'dropped',
    },
    done: { next: [], deleteAfterSeconds: 3_600 },
    dropped: { next: [], deleteAfterSeconds: DAY_SECONDS },
  },
  // One call of a CDN for many rows: several at once would only compete for what it allows.
  { concurrencyFactor: 0.25, claimSize: 100 },
)
