/** Leaving for good: it waits, tells every server, erases what is left, and ends. */
import { defineGraph } from '../../stator/graph.ts'

export const farewellGraph = defineGraph(
  'farewells',
  {
    waiting: {
      initial: true,
      next: ['leaving', 'cancelled'], // the owner may call it off here, and nowhere else
      retryEverySeconds: 60,
      backOffToSeconds: 3_600,
    },
    leaving: { next: ['erasing'], retryEverySeconds: 15, backOffToSeconds: 900 },
    erasing: { next: ['erased'], retryEverySeconds: 30, backOffToSeconds: 900 },
    erased: { next: [] }, // the row stays: whoever opens the window later is told
    cancelled: { next: [], deleteAfterSeconds: 86_400 },
  },
  // All posts of a home go, a piece at a time, and all its files.
  { claimSize: 1, handlerSeconds: 4 * 3_600 },
)
