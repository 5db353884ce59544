/** What visitors look for among the public posts of an identity that offers it. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { searchShownPosts } from '../../domain/search/find-posts.ts'
import { limiterKey } from '../plugins/limiter-key.ts'
import { FOR_ONE, type PageDesk } from './desk.ts'
import type { Page } from './layout.ts'
import { searchPage } from './list-pages.ts'
import { pageRequestOf, shownPage } from './paging.ts'
import { type PageSource, getHost, notFound, statusesFor } from './view.ts'

const MOST_TYPED = 200
/** Each costs the home a look through its index; behind a tunnel all strangers have one address. */
const SIXTY_A_MINUTE = { max: 60, timeWindow: 60_000 } as const
const NO_LINKS = { newer: null, older: null }

interface Searched {
  readonly Params: { readonly name: string }
  readonly Querystring: { readonly q?: unknown; readonly before?: unknown }
}

/** What was typed is in the query: nobody keeps such an answer. */
export async function searchRoutes(app: FastifyInstance, desk: PageDesk): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    keyGenerator: limiterKey,
    errorResponseBuilder: (_request, { ttl }) =>
      new HomebirdError('RATE_LIMITED', 'the limiter of searching visitors tripped', {
        details: { retryAfterSeconds: Math.ceil(ttl / 1_000) },
      }),
  })
  const limited = { config: { ...FOR_ONE.config, rateLimit: SIXTY_A_MINUTE } }
  app.get<Searched>('/@:name/search', limited, async (request, reply) =>
    desk.send(reply, await showFound(desk.source, request)),
  )
}

async function showFound(source: PageSource, request: FastifyRequest<Searched>): Promise<Page> {
  const { db, clock } = source.api.context
  const host = await getHost(source, request, request.params.name)
  if (!host.actor.offers_search) throw notFound(request)
  const { q, before } = request.query
  const typed = typeof q === 'string' ? q.slice(0, MOST_TYPED).trim().toWellFormed() : ''
  if (typed === '') return searchPage({ host, typed, statuses: null, links: NO_LINKS })
  const wanted = pageRequestOf(typeof before === 'string' ? { side: 'before', cursor: before } : {})
  const found = await searchShownPosts(db, host.actor.id, typed, wanted, clock.now())
  const { items, links } = shownPage(found, wanted, '', ({ id }) => id)
  const query = new URLSearchParams({ q: typed, before: items.at(-1)?.id ?? '' })
  const older = links.older === null ? null : `/@${host.actor.username}/search?${query}`
  return searchPage({
    host,
    typed,
    statuses: await statusesFor(source, host, items),
    links: { newer: null, older },
  })
}
