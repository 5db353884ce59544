/** Posts under a hashtag: of the whole home, and of one identity. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { listShownPosts, listTaggedHere } from '../../domain/posts/list-shown.ts'
import { hashtagKey } from '../../domain/text/scan-text.ts'
import { requestedOrigin } from '../federation/surface.ts'
import { TIMELINE_PAGE, type PageDesk } from './desk.ts'
import { tagPage } from './list-pages.ts'
import { type PageParams, bothPages, pageRequestOf, shownPage } from './paging.ts'
import { type ReadyPage, hostTags, sendReadyPage } from './ready-page.ts'
import { type PageSource, getHost, notFound, scopeOf, statusesFor, statusesForAll } from './view.ts'

interface Tagged {
  readonly Params: { readonly name: string; readonly tag: string } & PageParams
}

export function tagRoutes(app: FastifyInstance, desk: PageDesk): void {
  const lists = [
    ['/tags/:tag', tagOfHome],
    ['/@:name/tagged/:tag', tagOfHost],
  ] as const
  for (const [list, make] of lists) {
    for (const path of bothPages(list)) {
      app.get<Tagged>(path, TIMELINE_PAGE, async (request, reply) =>
        sendReadyPage(desk, request, reply, async () => make(desk.source, request)),
      )
    }
  }
}

/** @throws HomebirdError NOT_FOUND where no post carries it: a page for every word would have no end */
async function tagOfHome(source: PageSource, request: FastifyRequest<Tagged>): Promise<ReadyPage> {
  const { api } = source
  const { params } = request
  const hashtag = hashtagKey(params.tag)
  const wanted = pageRequestOf(params)
  const found = await listTaggedHere(api.context.db, hashtag, wanted)
  if (found.items.length === 0) throw notFound(request)
  const base = `/tags/${encodeURIComponent(hashtag)}`
  const { items, links } = shownPage(found, wanted, base, ({ id }) => id)
  const statuses = await statusesForAll(source, items)
  const ours = scopeOf(api, requestedOrigin(api.context, request))
  const scope = { ...ours, showsCounts: false, hostId: null }
  const page = tagPage({ hashtag, host: null, scope, statuses, links, isFirst: params.cursor === undefined })
  const blocks = new Set(items.map((row) => `blocks-of:${row.author_id}` as const))
  return { page, tags: [`hashtag:${hashtag}`, ...blocks] }
}

async function tagOfHost(source: PageSource, request: FastifyRequest<Tagged>): Promise<ReadyPage> {
  const { params } = request
  const host = await getHost(source, request, params.name)
  const { actor, scope } = host
  const hashtag = hashtagKey(params.tag)
  const wanted = pageRequestOf(params)
  const found = await listShownPosts(source.api.context.db, actor.id, { kind: 'tagged', hashtag }, wanted)
  if (found.items.length === 0) throw notFound(request)
  const base = `/@${actor.username}/tagged/${encodeURIComponent(hashtag)}`
  const { items, links } = shownPage(found, wanted, base, ({ id }) => id)
  const statuses = await statusesFor(source, host, items)
  const page = tagPage({ hashtag, host, scope, statuses, links, isFirst: params.cursor === undefined })
  return { page, tags: hostTags(host) }
}
