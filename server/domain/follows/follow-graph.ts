/**
 * The life of a follow, seen from this home. Ours to somebody: `unrequested` until the Follow is queued, then
 * `pending_approval` until their Accept. Somebody's to us: born `pending_approval` where the identity is locked, else
 * `accepting`.
 */
import { defineGraph } from '../../stator/graph.ts'

export const followGraph = defineGraph('follows', {
  unrequested: {
    next: ['pending_approval', 'accepted', 'undone', 'removed'],
    retryEverySeconds: 60,
    backOffToSeconds: 3_600,
    timeoutSeconds: 7 * 86_400,
    timeoutState: 'removed',
  },
  pending_approval: { next: ['accepting', 'accepted', 'rejecting', 'undone', 'pending_removal'] },
  accepting: {
    next: ['accepted', 'rejecting', 'pending_removal'],
    retryEverySeconds: 60,
    backOffToSeconds: 3_600,
  },
  accepted: { next: ['rejecting', 'undone', 'pending_removal'] },
  rejecting: { next: ['pending_removal'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  undone: { next: ['pending_removal'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  pending_removal: { next: ['removed'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  removed: { next: [], deleteAfterSeconds: 1 },
})
