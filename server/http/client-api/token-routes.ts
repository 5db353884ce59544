/** The accesses that an identity has given to apps, for apps that show them: seen, and taken back. */
import type { FastifyPluginAsync } from 'fastify'
import type { TokenInfo } from '../../contracts/oauth.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { inTransaction } from '../../db/transaction.ts'
import { type ListedToken, findToken, listTokens, revokeOwnToken } from '../../domain/oauth/list-tokens.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { grantCacheOf } from './grant-cache.ts'
import { PageQuery, linkPage, pageRequest } from './pages.ts'
import { IdParams } from './status-routes.ts'

const TOKEN_PAGE = { usual: 20, most: 80 }

export function tokenListRoutes(api: Api): FastifyPluginAsync {
  const { context } = api
  const { db } = context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const listing = { ...forUser('read:accounts'), schema: { querystring: PageQuery } }
    app.get('/tokens', listing, async (request, reply) => {
      const page = await listTokens(db, actorIdOf(request), pageRequest(request.query, TOKEN_PAGE))
      linkPage(api, request, reply, page)
      return page.items.map(infoOf)
    })
    const reading = { ...forUser('read:accounts'), schema: { params: IdParams } }
    app.get('/tokens/:id', reading, async (request) => {
      const { id } = request.params
      return infoOf(found(isRowId(id) ? await findToken(db, actorIdOf(request), id) : undefined))
    })
    const ending = { ...forUser('write:accounts'), schema: { params: IdParams } }
    app.post('/tokens/:id/invalidate', ending, async (request) => {
      const { id } = request.params
      const actorId = actorIdOf(request)
      const token = isRowId(id)
        ? await inTransaction(db, async (tx) => revokeOwnToken(tx, actorId, id, api.now()))
        : undefined
      grantCacheOf(context).clear()
      return infoOf(found(token))
    })
  }
}

function found(token: ListedToken | undefined): ListedToken {
  if (token !== undefined) return token
  throw new HomebirdError('NOT_FOUND', 'the identity has no such token')
}

/** A website that is not told is left out, as the apps of this list expect. */
const infoOf = (token: ListedToken): TokenInfo => ({
  id: token.id,
  created_at: token.createdAt.toISOString(),
  last_used: token.lastUsedAt?.toISOString() ?? null,
  scope: token.scopes.join(' '),
  application: {
    name: token.appName,
    ...(token.appWebsite === null ? {} : { website: token.appWebsite }),
  },
})
