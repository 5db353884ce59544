/**
 * The life of a comparison of follows with one actor elsewhere: due when its digest and ours differ, done when its list
 * was read or cannot be. A row that is there keeps the next one away for a while.
 */
import { defineGraph } from '../../stator/graph.ts'

export const followCheckGraph = defineGraph(
  'follow_checks',
  {
    due: {
      initial: true,
      next: ['done'],
      retryEverySeconds: 300,
      backOffToSeconds: 3_600,
      timeoutSeconds: 86_400,
      timeoutState: 'done',
    },
    done: { next: ['due'], deleteAfterSeconds: 86_400 },
  },
  { hostColumn: 'host' },
)
