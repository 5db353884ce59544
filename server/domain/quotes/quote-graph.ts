/**
 * The life of a quote. `outdated` until it is known which post it quotes and, where that takes a stamp, whether the stamp
 * is good; what nobody can tell us in three days stays as it is. One of ours is `asking` until its QuoteRequest is queued.
 */
import { defineGraph } from '../../stator/graph.ts'

export const quoteGraph = defineGraph(
  'quotes',
  {
    outdated: {
      initial: true,
      next: ['outdated', 'settled'],
      retryEverySeconds: 60,
      backOffToSeconds: 6 * 3_600,
      timeoutSeconds: 3 * 86_400,
      timeoutState: 'settled',
    },
    asking: { next: ['settled', 'outdated'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
    settled: { next: ['outdated', 'asking'] },
  },
  { hostColumn: 'host' },
)
