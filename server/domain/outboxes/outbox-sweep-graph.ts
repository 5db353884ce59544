/** The reading of somebody's outbox: some pages at a time, and on from there when somebody wants more. */
import { defineGraph } from '../../stator/graph.ts'

export const outboxSweepGraph = defineGraph(
  'outbox_sweeps',
  {
    // Begins anew when somebody is followed meanwhile.
    reading: {
      next: ['reading', 'rested', 'exhausted'],
      initial: true,
      retryEverySeconds: 300,
      backOffToSeconds: 6 * 3_600,
      timeoutSeconds: 3 * 86_400,
      timeoutState: 'rested', // the origin is silent: it is asked again when somebody looks
    },
    rested: { next: ['reading'] }, // there is more, for whoever asks for it
    exhausted: { next: ['reading'] },
  },
  { hostColumn: 'host', concurrencyFactor: 2, claimSize: 16 },
)
