/** The life of one line of an import: what is known here is done at once, what is not is looked up at its server first. */
import { defineGraph } from '../../stator/graph.ts'

export const importEntryGraph = defineGraph(
  'import_entries',
  {
    new: { initial: true, next: ['looking_up', 'done', 'failed', 'cancelled'], retryEverySeconds: 60 },
    looking_up: {
      next: ['done', 'failed', 'cancelled'],
      retryEverySeconds: 300,
      backOffToSeconds: 21_600,
    },
    done: { next: [] },
    failed: { next: ['new'] }, // when the owner wants it tried again
    cancelled: { next: [] },
  },
  // A batch asks several servers side by side, so few batches are enough.
  { hostColumn: 'host', claimSize: 100 },
)
