/** What is read of a profile beside its document: numbers, pinned posts, hashtags. Again with each reading of the document. */
import { defineGraph } from '../../stator/graph.ts'

export const profileReadingGraph = defineGraph(
  'profile_readings',
  {
    outdated: {
      next: ['updated'],
      initial: true,
      retryEverySeconds: 600,
      backOffToSeconds: 86_400,
      timeoutSeconds: 3 * 86_400,
      timeoutState: 'updated', // the origin is silent: what is known stands
    },
    updated: { next: ['outdated'] },
  },
  { hostColumn: 'host', claimSize: 16 },
)
