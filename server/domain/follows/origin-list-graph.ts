/** The list of who follows somebody elsewhere, or whom they follow: read while the owner looks, forgotten a day later. */
import { defineGraph } from '../../stator/graph.ts'

const DAY_SECONDS = 86_400

export const originListGraph = defineGraph(
  'origin_lists',
  {
    reading: {
      next: ['partial', 'complete', 'hidden'],
      initial: true,
      retryEverySeconds: 300,
      backOffToSeconds: 3_600,
      timeoutSeconds: DAY_SECONDS,
      timeoutState: 'partial', // the origin is silent
    },
    partial: { next: ['reading'], deleteAfterSeconds: DAY_SECONDS }, // goes on when somebody looks again
    complete: { next: [], deleteAfterSeconds: DAY_SECONDS },
    hidden: { next: [], deleteAfterSeconds: DAY_SECONDS },
  },
  { hostColumn: 'host', claimSize: 8 },
)
