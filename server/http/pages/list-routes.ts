/** Lists besides those of a profile: hashtags, people, and what visitors look for. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import type { PageOf } from '../../db/paging.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { listFollowSide } from '../../domain/follows/list-relationships.ts'
import { showsFollowLists } from '../../domain/owner/page-switches.ts'
import { listBoosters, listLikers } from '../../domain/posts/list-posts.ts'
import { listShownPosts, listTaggedHere } from '../../domain/posts/list-shown.ts'
import { statusesFromRows } from '../../domain/posts/status-entities.ts'
import { searchShownPosts } from '../../domain/search/find-posts.ts'
import { hashtagKey } from '../../domain/text/scan-text.ts'
import { requestedOrigin } from '../federation/surface.ts'
import { limiterKey } from '../plugins/limiter-key.ts'
import { FOR_ONE, PAGE, type PageDesk } from './desk.ts'
import { searchPage, tagPage } from './list-pages.ts'
import { PAGE_PATH, type PageParams, linksOf, pageRequestOf, peopleRequestOf, shownPage } from './paging.ts'
import { backToProfile, peoplePage } from './people-page.ts'
import { type NamedPost, getPost } from './post-routes.ts'
import { getHost, notFound, scopeOf, statusesFor } from './view.ts'
import { WORDS } from './words.ts'

interface Tagged {
  readonly Params: { readonly name: string; readonly tag: string } & PageParams
}
interface Listed {
  readonly Params: NamedPost['Params'] & PageParams
}

const bothPages = (path: string): readonly string[] => [path, `${path}${PAGE_PATH}`]

export function tagRoutes(app: FastifyInstance, desk: PageDesk): void {
  const { source } = desk
  const { api } = source
  const { db } = api.context
  for (const path of bothPages('/tags/:tag')) {
    app.get<Tagged>(path, PAGE, async (request, reply) => {
      const { params } = request
      const hashtag = hashtagKey(params.tag)
      const wanted = pageRequestOf(params)
      const found = await listTaggedHere(db, hashtag, wanted)
      if (found.items.length === 0) throw notFound(request)
      const base = `/tags/${encodeURIComponent(hashtag)}`
      const { items, links } = shownPage(found, wanted, base, ({ id }) => id)
      const statuses = await statusesFromRows(db, api.scopeFor(null), items)
      const scope = {
        ...scopeOf(api, requestedOrigin(api.context, request)),
        showsCounts: false,
        hostId: null,
      }
      const isFirst = params.cursor === undefined
      return desk.send(reply, tagPage({ hashtag, host: null, scope, statuses, links, isFirst }))
    })
  }
  for (const path of bothPages('/@:name/tagged/:tag')) {
    app.get<Tagged>(path, PAGE, async (request, reply) => {
      const { params } = request
      const host = await getHost(source, request, params.name)
      const hashtag = hashtagKey(params.tag)
      const wanted = pageRequestOf(params)
      const found = await listShownPosts(db, host.actor.id, { kind: 'tagged', hashtag }, wanted)
      if (found.items.length === 0) throw notFound(request)
      const base = `/@${host.actor.username}/tagged/${encodeURIComponent(hashtag)}`
      const { items, links } = shownPage(found, wanted, base, ({ id }) => id)
      const statuses = await statusesFor(source, host, items)
      const isFirst = params.cursor === undefined
      return desk.send(reply, tagPage({ hashtag, host, scope: host.scope, statuses, links, isFirst }))
    })
  }
}

export function peopleRoutes(app: FastifyInstance, desk: PageDesk): void {
  const { source } = desk
  const { db } = source.api.context
  const accountsOf = async (page: PageOf<string>) => {
    const accounts = await accountsFromIds(db, source.api.scopeFor(null), page.items)
    return accounts.filter(({ suspended }) => suspended !== true)
  }
  for (const side of ['following', 'followers'] as const) {
    for (const path of bothPages(`/@:name/${side}`)) {
      app.get<Listed>(path, PAGE, async (request, reply) => {
        const host = await getHost(source, request, request.params.name)
        const { actor } = host
        const wanted = peopleRequestOf(request.params)
        const words = { host, ...WORDS.people[side], back: backToProfile(host) }
        if (!showsFollowLists(actor)) {
          return desk.send(reply, peoplePage({ ...words, accounts: null, links: linksOf(null, wanted, '') }))
        }
        // As the identity sees it: nobody of a blocked domain, nobody whom it blocks.
        const page = await listFollowSide(db, actor.id, actor.id, side, wanted)
        const links = linksOf(page, wanted, `/@${actor.username}/${side}`)
        return desk.send(reply, peoplePage({ ...words, accounts: await accountsOf(page), links }))
      })
    }
  }
  for (const kind of ['reblogs', 'favourites'] as const) {
    for (const path of bothPages(`/@:name/:id/${kind}`)) {
      app.get<Listed>(path, PAGE, async (request, reply) => {
        const host = await getHost(source, request, request.params.name)
        const { actor } = host
        const post = await getPost(source, host, request)
        const wanted = peopleRequestOf(request.params)
        const base = `/@${actor.username}/${post.id}`
        const words = { host, ...WORDS.people[kind], back: [base, WORDS.people.post] as const }
        if (!actor.shows_counts) {
          return desk.send(reply, peoplePage({ ...words, accounts: null, links: linksOf(null, wanted, '') }))
        }
        const list = kind === 'reblogs' ? listBoosters : listLikers
        const page = await list(db, actor.id, post.id, wanted)
        const links = linksOf(page, wanted, `${base}/${kind}`)
        return desk.send(reply, peoplePage({ ...words, accounts: await accountsOf(page), links }))
      })
    }
  }
}

const MOST_TYPED = 200
/** Each costs the home a look through its index; behind a tunnel all strangers have one address. */
const SIXTY_A_MINUTE = { max: 60, timeWindow: 60_000 } as const

interface Searched {
  readonly Params: { readonly name: string }
  readonly Querystring: { readonly q?: unknown; readonly before?: unknown }
}

/** What was typed is in the query: nobody keeps such an answer. */
export async function searchRoutes(app: FastifyInstance, desk: PageDesk): Promise<void> {
  const { source } = desk
  const { db, clock } = source.api.context
  await app.register(rateLimit, {
    global: false,
    keyGenerator: limiterKey,
    errorResponseBuilder: (_request, { ttl }) =>
      new HomebirdError('RATE_LIMITED', 'the limiter of searching visitors tripped', {
        details: { retryAfterSeconds: Math.ceil(ttl / 1_000) },
      }),
  })
  const limited = { config: { ...FOR_ONE.config, rateLimit: SIXTY_A_MINUTE } }
  app.get<Searched>('/@:name/search', limited, async (request, reply) => {
    const host = await getHost(source, request, request.params.name)
    if (!host.actor.offers_search) throw notFound(request)
    const { q, before } = request.query
    const typed = typeof q === 'string' ? q.slice(0, MOST_TYPED).trim().toWellFormed() : ''
    const cursor = typeof before === 'string' ? before : undefined
    const wanted = pageRequestOf({ side: 'before', ...(cursor === undefined ? {} : { cursor }) })
    if (typed === '')
      return desk.send(reply, searchPage({ host, typed, statuses: null, links: linksOf(null, wanted, '') }))
    const found = await searchShownPosts(db, host.actor.id, typed, wanted, clock.now())
    const { items, links } = shownPage(found, wanted, '', ({ id }) => id)
    const last = items.at(-1)
    const query = new URLSearchParams({ q: typed, before: last?.id ?? '' })
    const older = links.older === null ? null : `/@${host.actor.username}/search?${query}`
    const statuses = await statusesFor(source, host, items)
    return desk.send(reply, searchPage({ host, typed, statuses, links: { newer: null, older } }))
  })
}
