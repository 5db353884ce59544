/** The life of a subscription to a block list: read when it is new and daily after that. */
import { defineGraph } from '../../stator/graph.ts'

export const blockListGraph = defineGraph(
  'block_list_subscriptions',
  {
    due: { initial: true, next: ['due', 'fresh'], retryEverySeconds: 1_800, backOffToSeconds: 43_200 },
    fresh: { next: ['due'], retryEverySeconds: 86_400, attemptsImmediately: false },
  },
  { hostColumn: 'host' },
)
