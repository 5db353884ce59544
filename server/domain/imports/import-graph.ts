/** The life of an import: it lasts as long as one of its entries; whoever settles the last of them makes it due. */
import { defineGraph } from '../../stator/graph.ts'

export const importGraph = defineGraph('imports', {
  working: {
    initial: true,
    next: ['working', 'finished', 'cancelled'],
    retryEverySeconds: 3_600,
  },
  finished: { next: ['working'], deleteAfterSeconds: 90 * 86_400 },
  cancelled: { next: [], deleteAfterSeconds: 90 * 86_400 },
})
