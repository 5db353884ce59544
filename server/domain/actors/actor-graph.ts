/** The life of an actor's row: refreshed when it is looked at and old, announced when the owner edits an identity. */
import { defineGraph } from '../../stator/graph.ts'

export const actorGraph = defineGraph(
  'actors',
  {
    updated: { next: ['outdated', 'edited', 'deleted'], initial: true },
    outdated: {
      next: ['updated', 'deleted'],
      retryEverySeconds: 300,
      backOffToSeconds: 86_400,
      timeoutSeconds: 3 * 86_400,
      timeoutState: 'updated', // the origin is silent: the old document stands
    },
    edited: { next: ['edited', 'updated', 'deleted'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
    deleted: { next: ['deleted_fanned_out'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
    deleted_fanned_out: { next: [] }, // the row stays, so that the name is not taken again
  },
  { hostColumn: 'host' },
)
