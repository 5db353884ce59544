/** Timelines, and the lists of posts that an identity keeps: favourites and bookmarks. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { WindowStatus } from '../../contracts/boosters.ts'
import type { Status } from '../../contracts/status.ts'
import type { PageOf } from '../../db/paging.ts'
import { listBookmarkedPosts, listLikedPosts, listPublicPosts } from '../../domain/posts/list-posts.ts'
import { listFollowedBoosters } from '../../domain/posts/list-boosters.ts'
import { listLinkingPosts } from '../../domain/posts/list-linking.ts'
import { listHashtagPosts } from '../../domain/posts/list-tagged.ts'
import { statusesFromRows } from '../../domain/posts/status-entities.ts'
import type { PostRow } from '../../domain/posts/status-facts.ts'
import { hashtagKey } from '../../domain/text/scan-text.ts'
import { listHomeTimeline } from '../../domain/timelines/list-home.ts'
import { actorIdOf, forUser, isOfWindow, viewerIdOf } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { PAGE_MEMBERS, PageQuery, STATUS_PAGE, linkPage, pageRequest } from './pages.ts'

const Flag = Type.Optional(Type.Boolean())
const PublicQuery = Type.Object({ ...PAGE_MEMBERS, local: Flag, remote: Flag, only_media: Flag })
/** So many further hashtags count of each kind, as on other servers; more are no mistake. */
const MOST_HASHTAGS = 4
const Hashtags = Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }))
const hashtagsOf = (names: readonly string[] = []): string[] => names.slice(0, MOST_HASHTAGS).map(hashtagKey)
const LinkQuery = Type.Object({ ...PAGE_MEMBERS, url: Type.String({ minLength: 1, maxLength: 2_048 }) })
const HashtagQuery = Type.Object({ ...PublicQuery.properties, any: Hashtags, all: Hashtags, none: Hashtags })

/** Sends one page of posts as statuses, with its Link header. */
export async function sendStatuses(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  page: PageOf<PostRow>,
): Promise<Status[]> {
  linkPage(api, request, reply, page)
  return shownStatuses(api, request, page.items)
}

/** Posts as the one who asks sees them, looked at. */
async function shownStatuses(api: Api, request: FastifyRequest, rows: readonly PostRow[]): Promise<Status[]> {
  const statuses = await statusesFromRows(api.context.db, api.scopeOf(request), rows)
  api.looks.atStatuses(viewerIdOf(request), statuses)
  return statuses
}

export function timelineRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get(
      '/timelines/home',
      { ...forUser('read:statuses'), schema: { querystring: PageQuery } },
      async (request, reply) => {
        const page = await listHomeTimeline(db, actorIdOf(request), pageRequest(request.query, STATUS_PAGE))
        linkPage(api, request, reply, page)
        return homeStatuses(api, request, page.items)
      },
    )
    const ownLists = [
      ['/favourites', 'read:favourites', listLikedPosts],
      ['/bookmarks', 'read:bookmarks', listBookmarkedPosts],
    ] as const
    for (const [path, scope, list] of ownLists) {
      app.get(path, { ...forUser(scope), schema: { querystring: PageQuery } }, async (request, reply) => {
        const page = await list(db, actorIdOf(request), pageRequest(request.query, STATUS_PAGE))
        return sendStatuses(api, request, reply, page)
      })
    }
    publicTimelines(app, api)
  }
}

/** What the home timeline answers to who asks: the window hears more of each post than apps do. */
export async function homeStatuses(
  api: Api,
  request: FastifyRequest,
  rows: readonly PostRow[],
): Promise<(Status | WindowStatus)[]> {
  const statuses = await shownStatuses(api, request, rows)
  return isOfWindow(request) ? withBoosters(api, request, statuses) : statuses
}

/** The owner's window alone is told more than the client API has: who else of those they follow boosted each post. */
async function withBoosters(
  api: Api,
  request: FastifyRequest,
  statuses: readonly Status[],
): Promise<WindowStatus[]> {
  const shownIds = statuses.map(({ id, reblog }) => reblog?.id ?? id)
  const found = await listFollowedBoosters(api.context.db, api.scopeOf(request), actorIdOf(request), shownIds)
  const told = (status: Status): WindowStatus => ({
    ...status,
    reblog: null,
    followed_boosters: found.get(status.id) ?? null,
  })
  return statuses.map((status) =>
    status.reblog === null ? told(status) : { ...status, reblog: told(status.reblog) },
  )
}

/** What a home knows of others is its owner's reading: strangers see none of it (`timelines_access` says so). */
function publicTimelines(app: ApiApp, api: Api): void {
  const { db } = api.context
  const querystring = PublicQuery
  app.get(
    '/timelines/public',
    { ...forUser('read:statuses'), schema: { querystring } },
    async (request, reply) => {
      const page = await listPublicPosts(
        db,
        actorIdOf(request),
        filterOf(request.query),
        pageRequest(request.query, STATUS_PAGE),
      )
      return sendStatuses(api, request, reply, page)
    },
  )
  const hashtag = {
    ...forUser('read:statuses'),
    schema: { querystring: HashtagQuery, params: Type.Object({ hashtag: Type.String({ maxLength: 200 }) }) },
  }
  app.get('/timelines/tag/:hashtag', hashtag, async (request, reply) => {
    const { query, params } = request
    const filter = {
      ...filterOf(query),
      any: [hashtagKey(params.hashtag.replace(/^[#\uFF03]/, '')), ...hashtagsOf(query.any)],
      all: hashtagsOf(query.all),
      none: hashtagsOf(query.none),
    }
    const page = await listHashtagPosts(db, actorIdOf(request), filter, pageRequest(query, STATUS_PAGE))
    return sendStatuses(api, request, reply, page)
  })
  const linking = { ...forUser('read:statuses'), schema: { querystring: LinkQuery } }
  app.get('/timelines/link', linking, async (request, reply) => {
    const wanted = pageRequest(request.query, STATUS_PAGE)
    const page = await listLinkingPosts(db, actorIdOf(request), request.query.url, wanted)
    return sendStatuses(api, request, reply, page)
  })
}

interface PublicFlags {
  readonly local?: boolean
  readonly remote?: boolean
  readonly only_media?: boolean
}

const filterOf = (query: PublicFlags) => ({
  onlyLocal: query.local === true,
  onlyRemote: query.remote === true && query.local !== true,
  onlyMedia: query.only_media === true,
})
