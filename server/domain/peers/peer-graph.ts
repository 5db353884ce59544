/**
 * The life of what is known about another server: NodeInfo is read when it is first met, then weekly; daily where it is silent,
 * until it answers or speaks. On the owner's word all data of a blocked one are deleted.
 */
import { defineGraph } from '../../stator/graph.ts'

const WEEK_SECONDS = 7 * 86_400

export const peerGraph = defineGraph(
  'peers',
  {
    outdated: {
      next: ['updated', 'unreachable', 'purging'],
      initial: true,
      retryEverySeconds: 1_800,
      backOffToSeconds: 86_400,
      timeoutSeconds: 86_400,
      timeoutState: 'unreachable',
    },
    updated: {
      next: ['outdated', 'unreachable', 'purging'],
      retryEverySeconds: WEEK_SECONDS,
      attemptsImmediately: false,
    },
    unreachable: { next: ['outdated', 'purging'], retryEverySeconds: 86_400, attemptsImmediately: false },
    purging: { next: ['purged', 'outdated'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
    purged: { next: ['outdated'] }, // when the block is taken back
  },
  { key: 'host', hostColumn: 'host' },
)
