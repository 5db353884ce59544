/** The life of a post. Posts of others are born `fanned_out`: what they cause here is done when they are stored. */
import { defineGraph } from '../../stator/graph.ts'

export const postGraph = defineGraph('posts', {
  // An edit before the sending is done begins the state anew.
  new: {
    initial: true,
    next: ['new', 'fanned_out', 'deleted'],
    retryEverySeconds: 60,
    backOffToSeconds: 3_600,
  },
  fanned_out: { next: ['edited', 'deleted'] }, // left only when the author acts
  edited: { next: ['edited', 'fanned_out', 'deleted'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  deleted: { next: ['deleted_fanned_out'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  deleted_fanned_out: { next: [], deleteAfterSeconds: 86_400 }, // the tombstone stays
})
