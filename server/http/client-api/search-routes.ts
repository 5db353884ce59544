/** Search: accounts, posts by their address, hashtags; what is not known here is asked of its server when the app says so. */
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { SearchResults, SearchResultsV1 } from '../../contracts/search-results.ts'
import type { Status } from '../../contracts/status.ts'
import type { Actor } from '../../domain/actors/actor.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { findByOldLinks } from '../../domain/archives/old-links.ts'
import { findActorByUrl, searchActors } from '../../domain/actors/search-actors.ts'
import { findVisiblePost, findVisiblePostByUrl } from '../../domain/posts/find-post.ts'
import { searchHashtags } from '../../domain/posts/list-hashtags.ts'
import { searchPosts } from '../../domain/search/find-posts.ts'
import { statusesFromRows } from '../../domain/posts/status-entities.ts'
import type { PostRow } from '../../domain/posts/status-facts.ts'
import { isRowId } from '../../core/id.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { PAGE_MEMBERS, clampLimit, pageRequest } from './pages.ts'

const SEARCH_PAGE = { usual: 20, most: 40 }
const ACCOUNT_SEARCH = { usual: 40, most: 80 }
const MOST_OFFSET = 10_000
/** A person waits for this. */
const RESOLVE_MS = 10_000

const Words = Type.String({ maxLength: 2_000 })
const Flag = Type.Optional(Type.Boolean())
const Offset = Type.Optional(Type.Integer({ minimum: 0, maximum: MOST_OFFSET }))
const Limit = Type.Optional(Type.Integer())

const SearchQuery = Type.Object({
  ...PAGE_MEMBERS,
  q: Words,
  type: Type.Optional(Type.String({ maxLength: 20 })),
  resolve: Flag,
  following: Flag,
  account_id: Type.Optional(Type.String({ maxLength: 40 })),
  // Nothing is reviewed here: the owner is the only one who could.
  exclude_unreviewed: Flag,
  offset: Offset,
})

type Search = Static<typeof SearchQuery>

/** What a text names outright. */
type Named =
  | { readonly kind: 'actor'; readonly actor: Pick<Actor, 'id'> }
  | { readonly kind: 'post'; readonly post: Pick<PostRow, 'id'> }

export function searchRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const options = { ...forUser('read:search'), schema: { querystring: SearchQuery } }
    app.get('/v2/search', options, async (request) => search(api, request, request.query))
    app.get('/v1/search', options, async (request): Promise<SearchResultsV1> => {
      const found = await search(api, request, request.query)
      return { ...found, hashtags: found.hashtags.map((tag) => tag.name) }
    })
    accountSearch(app, api)
  }
}

async function search(api: Api, request: FastifyRequest, query: Search): Promise<SearchResults> {
  const nothing: SearchResults = { accounts: [], statuses: [], hashtags: [] }
  const text = query.q.trim()
  if (text === '') return nothing
  const wants = (type: string): boolean =>
    query.type === undefined || query.type === '' || query.type === type
  const resolved =
    (query.offset ?? 0) === 0 ? await findNamed(api, request, text, query.resolve === true) : null
  const limit = clampLimit(query.limit, SEARCH_PAGE)
  if (resolved !== null && isAddress(text)) return resolvedResults(api, request, resolved)
  return {
    accounts: wants('accounts') ? await findAccounts(api, request, { ...query, limit }, resolved) : [],
    statuses: wants('statuses') ? await findStatuses(api, request, query) : [],
    hashtags: wants('hashtags') ? await findHashtags(api, request, query) : [],
  }
}

const isAddress = (text: string): boolean => /^https?:\/\//i.test(text)

/** What the text names outright: the address of a post or profile, or a handle. */
async function findNamed(
  api: Api,
  request: FastifyRequest,
  text: string,
  mayAsk: boolean,
): Promise<Named | null> {
  const { db, dereferencer } = api.context
  if (isAddress(text)) {
    // What came along from there is the owner's own, wherever the address would lead.
    const own = (await findByOldLinks(db, [text])).get(text)
    const post =
      (own === undefined ? undefined : await findVisiblePost(db, actorIdOf(request), own)) ??
      (await findVisiblePostByUrl(db, actorIdOf(request), text))
    if (post !== undefined) return { kind: 'post', post }
    const actorId = await findActorByUrl(db, actorIdOf(request), text)
    if (actorId !== undefined) return { kind: 'actor', actor: { id: actorId } }
  }
  const isNamed = isAddress(text) || /^@?[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)
  if (!isNamed || !mayAsk) return null
  const patience = new AbortController()
  const late = delay(RESOLVE_MS, null, { signal: patience.signal })
  const found = await Promise.race([dereferencer.resolve(text), late])
  patience.abort()
  return found
}

async function resolvedResults(api: Api, request: FastifyRequest, resolved: Named): Promise<SearchResults> {
  const { db } = api.context
  const scope = api.scopeOf(request)
  const nothing: SearchResults = { accounts: [], statuses: [], hashtags: [] }
  if (resolved.kind === 'actor') {
    return { ...nothing, accounts: await accountsFromIds(db, scope, [resolved.actor.id]) }
  }
  const post = await findVisiblePost(db, scope.viewerId, resolved.post.id)
  return { ...nothing, statuses: post === undefined ? [] : await shownStatuses(api, request, [post]) }
}

async function shownStatuses(api: Api, request: FastifyRequest, rows: readonly PostRow[]): Promise<Status[]> {
  const scope = api.scopeOf(request)
  const statuses = await statusesFromRows(api.context.db, scope, rows)
  api.looks.atStatuses(scope.viewerId, statuses)
  return statuses
}

async function findAccounts(
  api: Api,
  request: FastifyRequest,
  query: Pick<Search, 'q' | 'following' | 'offset'> & { readonly limit: number },
  resolved: Named | null,
): Promise<SearchResults['accounts']> {
  const onlyFollowed = query.following === true
  const ids = await searchActors(api.context.db, actorIdOf(request), {
    text: query.q,
    onlyFollowed,
    limit: query.limit,
    offset: query.offset ?? 0,
  })
  const named = resolved?.kind === 'actor' && !onlyFollowed ? [resolved.actor.id] : []
  const wanted = [...new Set([...named, ...ids])].slice(0, query.limit)
  return accountsFromIds(api.context.db, api.scopeOf(request), wanted)
}

async function findStatuses(
  api: Api,
  request: FastifyRequest,
  query: Search,
): Promise<SearchResults['statuses']> {
  const { db, config } = api.context
  const authorId = query.account_id === undefined || query.account_id === '' ? null : query.account_id
  if (authorId !== null && !isRowId(authorId)) return []
  const wanted = {
    text: query.q,
    scope: config.search,
    authorId,
    page: pageRequest(query, SEARCH_PAGE),
    offset: query.offset ?? 0,
  }
  const page = await searchPosts(db, actorIdOf(request), wanted, api.now())
  return shownStatuses(api, request, page.items)
}

async function findHashtags(
  api: Api,
  request: FastifyRequest,
  query: Search,
): Promise<SearchResults['hashtags']> {
  return searchHashtags(api.context.db, api.scopeOf(request), {
    text: query.q,
    limit: clampLimit(query.limit, SEARCH_PAGE),
    offset: query.offset ?? 0,
    now: api.now(),
  })
}

function accountSearch(app: ApiApp, api: Api): void {
  const Query = Type.Object({ q: Words, resolve: Flag, following: Flag, limit: Limit, offset: Offset })
  const options = { ...forUser(['read:accounts', 'read:search']), schema: { querystring: Query } }
  app.get('/v1/accounts/search', options, async (request) => {
    const { query } = request
    const text = query.q.trim()
    if (text === '') return []
    const resolved = await findNamed(api, request, text, query.resolve === true)
    const limit = clampLimit(query.limit, ACCOUNT_SEARCH)
    return findAccounts(api, request, { ...query, limit }, resolved)
  })
}
