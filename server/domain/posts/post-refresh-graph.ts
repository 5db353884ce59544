/** The reading of a post of somebody else once more, because somebody here looks at it. */
import { defineGraph } from '../../stator/graph.ts'

export const postRefreshGraph = defineGraph(
  'post_refreshes',
  {
    wanted: {
      initial: true,
      next: ['read'],
      retryEverySeconds: 300,
      backOffToSeconds: 3_600,
      timeoutSeconds: 6 * 3_600,
      timeoutState: 'read', // the origin is silent: what is stored stands, until somebody looks again
    },
    read: { next: ['wanted'], deleteAfterSeconds: 86_400 },
  },
  { hostColumn: 'host', claimSize: 20 },
)
