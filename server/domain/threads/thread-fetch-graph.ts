/** The life of the completion of a thread: read in several attempts, each within one budget, until nothing is left or a day is over. */
import { defineGraph } from '../../stator/graph.ts'

export const threadFetchGraph = defineGraph(
  'thread_fetches',
  {
    reading: {
      initial: true,
      next: ['reading', 'done'], // begun anew when more of it is wanted
      retryEverySeconds: 60,
      backOffToSeconds: 3_600,
      timeoutSeconds: 86_400,
      timeoutState: 'done', // whoever is silent for a day is left out
    },
    done: { next: ['reading'], deleteAfterSeconds: 7 * 86_400 },
  },
  { hostColumn: 'host', claimSize: 8 },
)
