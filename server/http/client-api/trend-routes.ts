/**
 * What the people talk about whom the reader follows, and whom the reader may like to follow. Both are counted from what
 * this home has seen, for the reader alone: strangers get empty lists.
 */
import { LRUCache } from 'lru-cache'
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { TrendingLink } from '../../contracts/preview-card.ts'
import type { Suggestion as SuggestionEntity } from '../../contracts/suggestion.ts'
import { keepValue } from '../../core/kept-value.ts'
import { inTransaction } from '../../db/transaction.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { cardFromFact } from '../../domain/cards/card-entity.ts'
import { loadCards } from '../../domain/cards/list-cards.ts'
import { fullHistory } from '../../domain/hashtags/hashtag-entity.ts'
import { listHashtags } from '../../domain/posts/list-hashtags.ts'
import { statusesFromRows } from '../../domain/posts/status-entities.ts'
import {
  type Suggestion,
  dismissSuggestion,
  listSuggestions,
  stillSuggested,
} from '../../domain/suggestions/list-suggestions.ts'
import { type Trends, findTrendingPosts, rankTrends } from '../../domain/trends/rank-trends.ts'
import { actorIdOf, forAll, forUser, viewerIdOf } from './access.ts'
import { type Api, type ApiApp, getAccountActor } from './api.ts'
import { ACCOUNT_PAGE, STATUS_PAGE, clampLimit, linkOffsets } from './pages.ts'
import { IdParams } from './status-routes.ts'

/** What is counted over many posts is counted this often at most, for each reader. */
const KEEP_MS = 600_000
const READERS = 50
const TREND_PAGE = { usual: 10, most: 20 }
const NOTHING: Trends = { hashtags: [], posts: [], links: [] }

const OffsetQuery = Type.Object({
  limit: Type.Optional(Type.Integer()),
  offset: Type.Optional(Type.Integer()),
})

/** The value of one reader, kept for a while. */
function keepForReaders<T>(
  api: Api,
  make: (viewerId: string) => Promise<T>,
): (viewerId: string) => Promise<T> {
  const readers = new LRUCache<string, () => Promise<T>>({ max: READERS })
  return async (viewerId) => {
    const kept = readers.get(viewerId) ?? keepValue(api.context.clock, KEEP_MS, async () => make(viewerId))
    readers.set(viewerId, kept)
    return kept()
  }
}

export function trendRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    listTrends(app, api)
    suggest(app, api)
  }
}

function listTrends(app: ApiApp, api: Api): void {
  const { db } = api.context
  const ranked = keepForReaders(api, async (viewerId) => rankTrends(db, viewerId))
  const trendsFor = async (viewerId: string | null): Promise<Trends> =>
    viewerId === null ? NOTHING : ranked(viewerId)
  const options = { ...forAll('read:statuses'), schema: { querystring: OffsetQuery } }
  for (const path of ['/v1/trends', '/v1/trends/tags']) {
    app.get(path, options, async (request, reply) => {
      const { hashtags } = await trendsFor(viewerIdOf(request))
      const ids = linkOffsets(api, request, reply, cut(hashtags, request.query, TREND_PAGE))
      return listHashtags(db, api.scopeOf(request), ids, api.now())
    })
  }
  app.get('/v1/trends/statuses', options, async (request, reply) => {
    const viewerId = viewerIdOf(request)
    const { posts } = await trendsFor(viewerId)
    const ids = linkOffsets(api, request, reply, cut(posts, request.query, STATUS_PAGE))
    const rows = viewerId === null ? [] : await findTrendingPosts(db, viewerId, ids)
    const statuses = await statusesFromRows(db, api.scopeOf(request), rows)
    api.looks.atStatuses(viewerId, statuses)
    return statuses
  })
  app.get('/v1/trends/links', options, async (request, reply): Promise<TrendingLink[]> => {
    const { links } = await trendsFor(viewerIdOf(request))
    const page = linkOffsets(api, request, reply, cut(links, request.query, TREND_PAGE))
    const cards = await loadCards(
      db,
      page.map(({ id }) => id),
    )
    return page.flatMap(({ id, history }) => {
      const fact = cards.get(id)
      const card = fact === undefined ? null : cardFromFact(api.scopeOf(request), fact)
      return card === null ? [] : [{ ...card, history: fullHistory(history, api.now()) }]
    })
  })
}

/** The part of a list that a request asks for. */
function cut<T>(
  all: readonly T[],
  query: Static<typeof OffsetQuery>,
  sizes: { readonly usual: number; readonly most: number },
) {
  const offset = Math.max(0, query.offset ?? 0)
  const limit = clampLimit(query.limit, sizes)
  return { items: all.slice(offset, offset + limit), offset, limit, hasMore: all.length > offset + limit }
}

function suggest(app: ApiApp, api: Api): void {
  const { db } = api.context
  const found = keepForReaders(api, async (viewerId) => listSuggestions(db, viewerId))
  const page = async (actorId: string, limit: number): Promise<Suggestion[]> =>
    (await stillSuggested(db, actorId, await found(actorId))).slice(0, limit)
  const reading = { ...forUser(['read:accounts', 'read:follows']), schema: { querystring: OffsetQuery } }
  app.get('/v1/suggestions', reading, async (request) => {
    const suggestions = await page(actorIdOf(request), clampLimit(request.query.limit, ACCOUNT_PAGE))
    return accountsFromIds(
      db,
      api.scopeOf(request),
      suggestions.map(({ id }) => id),
    )
  })
  app.get('/v2/suggestions', reading, async (request): Promise<SuggestionEntity[]> => {
    const suggestions = await page(actorIdOf(request), clampLimit(request.query.limit, ACCOUNT_PAGE))
    const ids = suggestions.map(({ id }) => id)
    const accounts = new Map(
      (await accountsFromIds(db, api.scopeOf(request), ids)).map((one) => [one.id, one]),
    )
    return suggestions.flatMap(({ id, sources }) => {
      const account = accounts.get(id)
      return account === undefined ? [] : [{ source: 'past_interactions', sources, account }]
    })
  })
  const writing = { ...forUser(['write:accounts', 'write:follows']), schema: { params: IdParams } }
  for (const path of ['/v1/suggestions/:id', '/v2/suggestions/:id']) {
    app.delete(path, writing, async (request) => {
      const actorId = actorIdOf(request)
      const target = await getAccountActor(api, request.params.id)
      await inTransaction(db, async (tx) => dismissSuggestion(tx, actorId, target.id))
      return {}
    })
  }
}
