/** The page of a post, and who boosted and liked it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { findByOldLinks } from '../../domain/archives/old-links.ts'
import { postUri } from '../../domain/owner/own-uris.ts'
import { findVisiblePost } from '../../domain/posts/find-post.ts'
import { STRANGERS_CONTEXT, listContext } from '../../domain/posts/list-context.ts'
import type { PostRow } from '../../domain/posts/status-facts.ts'
import { findTombstone } from '../../domain/posts/tombstones.ts'
import { requestedOrigin } from '../federation/surface.ts'
import { POST_PAGE, type PageDesk } from './desk.ts'
import type { Page } from './layout.ts'
import { postPage } from './post-page.ts'
import { prefersActivity } from './prefers-activity.ts'
import { sendReadyPage } from './ready-page.ts'
import { type Host, type PageSource, getHost, notFound, statusesFor } from './view.ts'

export interface NamedPost {
  readonly Params: { readonly name: string; readonly id: string }
}

export function postRoutes(app: FastifyInstance, desk: PageDesk): void {
  const { source } = desk
  app.get<NamedPost>('/@:name/:id', POST_PAGE, async (request, reply) => {
    const find = async () => {
      const host = await getHost(source, request, request.params.name)
      return { host, post: await getPost(source, host, request) }
    }
    try {
      return await answer(desk, request, reply, find)
    } catch (error) {
      const moved = isHomebirdError(error, 'NOT_FOUND') ? await findMovedHere(source, request) : undefined
      if (moved === undefined) throw error
      return leadTo(moved, request, reply)
    }
  })
  // What a server of the Mastodon kind gave as the id of a post.
  app.get<NamedPost>('/users/:name/statuses/:id', POST_PAGE, async (request, reply) => {
    const moved = await findMovedHere(source, request)
    if (moved === undefined) throw notFound(request)
    return leadTo(moved, request, reply)
  })
}

function leadTo(moved: PostRow, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const page = prefersActivity(request.headers.accept) ? null : moved.page_url
  return reply.redirect(page ?? moved.uri, 301)
}

interface Found {
  readonly host: Host
  readonly post: PostRow
}

async function answer(
  desk: PageDesk,
  request: FastifyRequest,
  reply: FastifyReply,
  find: () => Promise<Found>,
): Promise<FastifyReply> {
  if (prefersActivity(request.headers.accept)) return reply.redirect((await find()).post.uri, 302)
  return sendReadyPage(desk, request, reply, async () => {
    const { host, post } = await find()
    const page = await showPost(desk.source, host, post, request)
    const tags = [`post:${post.id}`, `thread:${post.conversation_id}`, ...tagsOfHost(host)] as const
    return { page, tags, objectUri: post.uri }
  })
}

/** The former server had the same name, and gave its posts other numbers: an old link leads to what came along from there. */
async function findMovedHere(
  { api: { context } }: PageSource,
  request: FastifyRequest<NamedPost>,
): Promise<PostRow | undefined> {
  const { id } = request.params
  const [path = ''] = (request.raw.url ?? '').split('?')
  const link = `${requestedOrigin(context, request)}${path}`
  const postId = (await findByOldLinks(context.db, [link])).get(link)
  return postId === undefined || postId === id ? undefined : findVisiblePost(context.db, null, postId)
}

/** What else they wrote does not show on the page of one post. */
const tagsOfHost = ({ actor: { id } }: Host) => [`actor:${id}`, `blocks-of:${id}`] as const

/** @throws HomebirdError NOT_FOUND; GONE for what its author took back, as its id says too */
export async function getPost(
  { api }: PageSource,
  { actor, origin }: Host,
  request: FastifyRequest<NamedPost>,
): Promise<PostRow> {
  const { db } = api.context
  const { id } = request.params
  if (!isRowId(id)) throw notFound(request)
  const post = await findVisiblePost(db, null, id)
  if (post?.author_id === actor.id && post.boost_of_id === null) return post
  const tombstone = post === undefined ? await findTombstone(db, postUri(origin, id)) : undefined
  // What was never public is not told apart from what never was.
  if (tombstone !== undefined && tombstone.former_kind !== '') {
    throw new HomebirdError('GONE', `post ${id} was deleted`)
  }
  throw notFound(request)
}

async function showPost(
  source: PageSource,
  host: Host,
  row: PostRow,
  request: FastifyRequest,
): Promise<Page> {
  const context = await listContext(source.api.context.db, null, row, STRANGERS_CONTEXT)
  const statuses = await statusesFor(source, host, [row, ...context.ancestors, ...context.descendants])
  const byId = new Map(statuses.map((status) => [status.id, status]))
  const post = byId.get(row.id)
  if (post === undefined) throw notFound(request)
  const shown = (rows: readonly PostRow[]) => rows.flatMap(({ id }) => byId.get(id) ?? [])
  return postPage({
    host,
    post,
    ancestors: shown(context.ancestors),
    descendants: shown(context.descendants),
  })
}
