/** Quotes of a status: who quotes it, taking an agreement back, and who may quote it from now on. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { inTransaction } from '../../db/transaction.ts'
import { getOwnPost, getVisiblePost } from '../../domain/posts/find-post.ts'
import { listQuotes } from '../../domain/posts/list-posts.ts'
import { statusesFromRows } from '../../domain/posts/status-entities.ts'
import { revokeQuote } from '../../domain/quotes/authorizations.ts'
import { setQuotePolicy } from '../../domain/quotes/edit-own-quotes.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { PageQuery, STATUS_PAGE, linkPage, pageRequest } from './pages.ts'
import { QuotePolicies } from './status-form.ts'
import { IdParams, sendStatus } from './status-routes.ts'

const QuoteParams = Type.Object({
  id: Type.String({ maxLength: 40 }),
  quoting_status_id: Type.String({ maxLength: 40 }),
})
const PolicyForm = Type.Object({ quote_approval_policy: QuotePolicies })

export function quoteRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const listing = { ...forUser('read:statuses'), schema: { params: IdParams, querystring: PageQuery } }
    app.get('/statuses/:id/quotes', listing, async (request, reply) => {
      const viewerId = actorIdOf(request)
      const post = await getVisiblePost(db, viewerId, request.params.id)
      const page = await listQuotes(
        db,
        viewerId,
        post.boost_of_id ?? post.id,
        pageRequest(request.query, STATUS_PAGE),
      )
      linkPage(api, request, reply, page)
      return statusesFromRows(db, api.scopeOf(request), page.items)
    })

    const revoking = { ...forUser('write:statuses'), schema: { params: QuoteParams } }
    app.post('/statuses/:id/quotes/:quoting_status_id/revoke', revoking, async (request) => {
      const author = await api.actorOf(request)
      const { id, quoting_status_id: quotingId } = request.params
      const post = await getOwnPost(db, author.id, id)
      if (!isRowId(quotingId)) throw new HomebirdError('NOT_FOUND', `${quotingId} is no id of a post`)
      await inTransaction(db, async (tx) => revokeQuote(tx, { id: post.id, author }, quotingId))
      return sendStatus(api, request, quotingId)
    })

    const changing = { ...forUser('write:statuses'), schema: { params: IdParams, body: PolicyForm } }
    app.put('/statuses/:id/interaction_policy', changing, async (request) => {
      const post = await getOwnPost(db, actorIdOf(request), request.params.id)
      const policy = request.body.quote_approval_policy
      await inTransaction(db, async (tx) => setQuotePolicy(tx, post, policy))
      return sendStatus(api, request, post.id)
    })
  }
}
