/** The life of what is known about another server: NodeInfo is read when it is first met, then weekly. */
import { defineGraph } from '../../stator/graph.ts'

const WEEK_SECONDS = 7 * 86_400

export const peerGraph = defineGraph(
  'peers',
  {
    outdated: {
      next: ['updated', 'unreachable'],
      initial: true,
      retryEverySeconds: 1_800,
      backOffToSeconds: 86_400,
      timeoutSeconds: 86_400,
      timeoutState: 'unreachable',
    },
    updated: { next: ['outdated'], retryEverySeconds: WEEK_SECONDS, attemptsImmediately: false },
    unreachable: { next: ['outdated'], retryEverySeconds: 86_400, attemptsImmediately: false },
  },
  { key: 'host', hostColumn: 'host' },
)
