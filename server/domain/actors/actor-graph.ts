/** The life of an actor's row: refreshed when it is looked at and old, announced when the owner edits or moves an identity. */
import { defineGraph } from '../../stator/graph.ts'

export const actorGraph = defineGraph(
  'actors',
  {
    updated: { next: ['outdated', 'edited', 'moved', 'deleted'], initial: true },
    outdated: {
      next: ['updated', 'deleted'],
      retryEverySeconds: 300,
      backOffToSeconds: 86_400,
      timeoutSeconds: 3 * 86_400,
      timeoutState: 'updated', // the origin is silent: the old document stands
    },
    edited: {
      next: ['edited', 'updated', 'moved', 'moved_fanned_out', 'deleted'],
      retryEverySeconds: 60,
      backOffToSeconds: 3_600,
    },
    moved: {
      next: ['moved', 'moved_fanned_out', 'edited', 'deleted'],
      retryEverySeconds: 60,
      backOffToSeconds: 3_600,
    },
    moved_fanned_out: { next: ['edited', 'moved', 'deleted'] }, // left only when the owner acts
    deleted: { next: ['deleted_fanned_out'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
    deleted_fanned_out: { next: [] }, // the row stays, so that the name is not taken again
  },
  { hostColumn: 'host' },
)
