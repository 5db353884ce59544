/** The pages of one person: their posts, with replies, their media. */
import type { FastifyInstance } from 'fastify'
import { showsFollowLists } from '../../domain/owner/page-switches.ts'
import { listShownPins, listShownPosts } from '../../domain/posts/list-shown.ts'
import { NEGOTIATED, PAGE, TIMELINE_PAGE, type PageDesk } from './desk.ts'
import { PAGE_PATH, type PageParams, pageRequestOf, shownPage } from './paging.ts'
import { prefersActivity } from './prefers-activity.ts'
import { hostTags, sendReadyPage } from './ready-page.ts'
import { type ProfileTab, profilePage, tabPath } from './profile-page.ts'
import { type Host, type PageSource, getHost, statusesFor } from './view.ts'
import type { Page } from './layout.ts'

interface Named {
  readonly Params: { readonly name: string } & PageParams
}

const MOST_PINS = 20
const GALLERY_PAGE = 30

export function profileRoutes(app: FastifyInstance, desk: PageDesk): void {
  const { source } = desk
  app.get<Named>('/@:name', NEGOTIATED, async (request, reply) => {
    const { name } = request.params
    if (prefersActivity(request.headers.accept)) {
      return reply.redirect((await getHost(source, request, name)).actor.uri, 302)
    }
    return sendReadyPage(desk, request, reply, async () => {
      const host = await getHost(source, request, name)
      const page = await showTab(source, host, 'posts', {})
      return { page, tags: hostTags(host), objectUri: host.actor.uri }
    })
  })
  const lists = [
    [PAGE_PATH, 'posts'],
    ['/with_replies', 'replies'],
    [`/with_replies${PAGE_PATH}`, 'replies'],
    ['/media', 'media'],
    [`/media${PAGE_PATH}`, 'media'],
  ] as const
  for (const [path, tab] of lists) {
    app.get<Named>(`/@:name${path}`, TIMELINE_PAGE, async (request, reply) =>
      sendReadyPage(desk, request, reply, async () => {
        const host = await getHost(source, request, request.params.name)
        return { page: await showTab(source, host, tab, request.params), tags: hostTags(host) }
      }),
    )
  }
  app.get<Named>('/@:name/replies', PAGE, async (request, reply) =>
    reply.redirect(`/@${encodeURIComponent(request.params.name)}/with_replies`, 301),
  )
}

/** The same under another address, such as the front page of a home of one. */
export const showFirstPage = async (source: PageSource, host: Host): Promise<Page> =>
  showTab(source, host, 'posts', {})

async function showTab(source: PageSource, host: Host, tab: ProfileTab, params: PageParams): Promise<Page> {
  const { db } = source.api.context
  const wanted = pageRequestOf(params, tab === 'media' ? GALLERY_PAGE : undefined)
  const found = await listShownPosts(db, host.actor.id, { kind: tab }, wanted)
  const isFirst = params.cursor === undefined
  const pins = isFirst && tab === 'posts' ? await listShownPins(db, host.actor.id, MOST_PINS) : []
  const pinned = new Set(pins.map(({ id }) => id))
  const { items, links } = shownPage(found, wanted, tabPath(host, tab), ({ id }) => id)
  const rows = [...pins, ...items.filter(({ id }) => !pinned.has(id))]
  const statuses = await statusesFor(source, host, rows)
  return profilePage({
    host,
    tab,
    showsFollows: showsFollowLists(host.actor),
    pinned: statuses.filter(({ id }) => pinned.has(id)),
    statuses: statuses.filter(({ id }) => !pinned.has(id)),
    links,
    isFirst,
  })
}
