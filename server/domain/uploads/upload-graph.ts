/** The life of an upload: what came in is looked at once, and becomes a file that is served or is refused for good. */
import { defineGraph } from '../../stator/graph.ts'

const DAY = 86_400

export const uploadGraph = defineGraph(
  'uploads',
  {
    received: {
      initial: true,
      next: ['processed', 'refused'],
      retryEverySeconds: 5,
      backOffToSeconds: 600,
      timeoutSeconds: DAY,
      timeoutState: 'refused',
    },
    processed: { next: [], deleteAfterSeconds: DAY },
    refused: { next: [], deleteAfterSeconds: DAY },
  },
  // Two pictures in memory at once are enough for one person.
  { concurrencyFactor: 0.5, claimSize: 4 },
)
