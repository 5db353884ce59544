/** What is done after this home was away: the outboxes of who is followed are read again, and peers are told of the return. */
import { defineGraph } from '../../stator/graph.ts'

export const absenceGraph = defineGraph('absences', {
  new: { next: ['catching_up'], initial: true, retryEverySeconds: 60, backOffToSeconds: 3_600 },
  catching_up: {
    next: ['caught_up'],
    retryEverySeconds: 15,
    backOffToSeconds: 900,
    timeoutSeconds: 7 * 86_400,
    timeoutState: 'caught_up', // some origins stay silent
  },
  caught_up: { next: [], deleteAfterSeconds: 90 * 86_400 },
})
