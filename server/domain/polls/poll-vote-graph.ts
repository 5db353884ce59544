/** The life of a vote: one in a poll elsewhere is sent to its author. All others are born `counted`; no vote is ever taken back. */
import { defineGraph } from '../../stator/graph.ts'

export const pollVoteGraph = defineGraph('poll_votes', {
  new: { next: ['counted'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  counted: { next: [] },
})
