/** The life of an agreement to be quoted: given with the answer to a request, and taken back when the owner says so. */
import { defineGraph } from '../../stator/graph.ts'

export const quoteAuthorizationGraph = defineGraph('quote_authorizations', {
  given: { initial: true, next: ['revoked'] },
  revoked: { next: ['revoked_fanned_out'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  revoked_fanned_out: { next: [] }, // the row stays, so that the same quote is not agreed to again
})
