/**
 * The life of a post that waits for its time. It is no post before, so that nothing that reads posts can find it; a time
 * that passed while the home slept has come when it wakes.
 */
import { defineGraph } from '../../stator/graph.ts'

export const scheduledPostGraph = defineGraph('scheduled_posts', {
  waiting: {
    initial: true,
    next: ['waiting', 'published', 'failed'],
    retryEverySeconds: 60,
    backOffToSeconds: 3_600,
  },
  published: { next: [], deleteAfterSeconds: 86_400 }, // the post stays
  failed: { next: ['waiting'] }, // left when its author gives it another time
})
