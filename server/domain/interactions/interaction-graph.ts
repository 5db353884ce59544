/** The life of a like. Those of others are born `fanned_out`. */
import { defineGraph } from '../../stator/graph.ts'

export const interactionGraph = defineGraph('interactions', {
  new: { next: ['fanned_out', 'undone'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  fanned_out: { next: ['undone'] },
  undone: { next: ['undone_fanned_out'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  undone_fanned_out: { next: [], deleteAfterSeconds: 86_400 },
})
