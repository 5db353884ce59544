/** Own posts and boosts at their ids, what hangs on them, and what is left of those that are gone. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { createActivity } from '../../activitypub/activities.ts'
import {
  type CollectionPageParts,
  collection,
  collectionPage,
  embeddedCollection,
  wholeOrderedCollection,
} from '../../activitypub/collections.ts'
import { inContext } from '../../activitypub/json-ld-context.ts'
import { loadOwnObjects } from '../../activitypub/own-notes.ts'
import { tombstoneDocument } from '../../activitypub/note.ts'
import { ADOPTED_ROUTES, AP_ROUTES, FIRST_PAGE, repliesUri } from '../../activitypub/uris.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { noteReads } from '../../domain/archives/read-elsewhere.ts'
import { findOwnPost, listReplyUris, listThreadUris } from '../../domain/posts/find-own.ts'
import { findTombstone } from '../../domain/posts/tombstones.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { type ReadyAnswer, readyAnswer } from '../ready/ready-answer.ts'
import {
  ACTIVITY_TYPE,
  OPEN,
  OPEN_LISTING,
  type Surface,
  findPublic,
  privately,
  publicDocument,
  readerOf,
  refuseQueries,
  requestedUri,
  sendFound,
} from './surface.ts'

const REPLIES_PER_PAGE = 50

type Post = Row<'posts'>
/** A way to make an address below a post into its document; null where the post has no such thing. */
type Make = (post: Post, uri: string, cursor: string) => Promise<object | null>

export function postRoutes(surface: Surface): FastifyPluginAsync {
  const { context } = surface
  const post = objectOf(context)
  return async (app) => {
    answerAs(app, 'object')
    refuseQueries(app)
    app.get(AP_ROUTES.post, OPEN, servePost(surface, '', post))
    for (const [routes, slash] of [
      [AP_ROUTES, '/'],
      [ADOPTED_ROUTES, ''],
    ] as const) {
      const serve = (suffix: string, make: Make) => servePost(surface, `${slash}${suffix}`, make)
      const likes = countOf((row) => row.likes_count)
      const shares = countOf((row) => row.boosts_count)
      app.get(routes.postActivity, OPEN, serve('activity', activityOf(context)))
      app.get(routes.postContext, OPEN, serve('context', threadOf(context)))
      app.get(routes.replies, OPEN, serve('replies', repliesOf))
      app.get(routes.repliesPage, OPEN_LISTING, serve('replies/page/', repliesPageOf(context)))
      app.get(routes.likes, OPEN, serve('likes', likes))
      app.get(routes.shares, OPEN, serve('shares', shares))
    }
  }
}

/** A post at an id that it brought along. */
export const serveAdoptedPost = (surface: Surface) => servePost(surface, '', objectOf(surface.context))

/**
 * To strangers what is public, as ready bytes; to a signed reader what it may see; to everybody else nothing, whether or
 * not there is something (rules 65 to 67).
 */
function servePost({ context, ...rest }: Surface, suffix: string, make: Make) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const uri = requestedUri(context, request)
    const { id, cursor = FIRST_PAGE } = request.params as { readonly id: string; readonly cursor?: string }
    const at = suffix.endsWith('/') ? uri.lastIndexOf(suffix) : uri.length - suffix.length
    const postUri = uri.slice(0, at)
    const answerFor = async (viewerId: string | null): Promise<ReadyAnswer | null> => {
      const post = await findOwnPost(context.db, postUri, viewerId)
      if (post === undefined) return suffix === '' ? tombstoneAnswer(context, postUri, id) : null
      const document = await make(post, uri, cursor)
      if (document !== null) await noteReads(context.db, [post])
      // Votes change a poll without an edit.
      const modifiedAt = post.kind === 'Question' ? null : (post.edited_at ?? post.published_at)
      const tags = [`post:${post.id}`, `thread:${post.conversation_id}`] as const
      return document === null ? null : publicDocument(document, tags, modifiedAt)
    }
    const found = await findPublic({ context, ...rest }, request, async () => answerFor(null))
    if (found !== null) return sendFound(request, reply, found)
    // Absent and invisible cost the same: whoever signs is asked for who it is.
    const reader = await readerOf(context, request)
    const viewerId = reader?.actorId ?? null
    const answer = viewerId === null ? null : await answerFor(viewerId)
    return sendFound(request, reply, answer === null ? null : privately(answer))
  }
}

/** What was never public is not told apart from what never was. */
async function tombstoneAnswer({ db }: HttpContext, uri: string, id: string): Promise<ReadyAnswer | null> {
  const tombstone = await findTombstone(db, uri)
  if (tombstone === undefined || tombstone.former_kind === '') return null
  return readyAnswer({
    status: 410,
    contentType: ACTIVITY_TYPE,
    tags: [`post:${id}`],
    document: tombstoneDocument({
      uri,
      formerType: tombstone.former_kind,
      deletedAt: tombstone.deleted_at,
    }),
  })
}

function objectOf({ db, config }: HttpContext): Make {
  return async (post) => {
    const object = (await loadOwnObjects(db, [post], config)).get(post.id)
    if (object === undefined) return null
    if (post.boost_of_id !== null) return inContext(object)
    const page = await firstReplies(db, post)
    const replies = embeddedCollection({ ...page, totalItems: post.replies_count })
    return inContext({ ...object, replies })
  }
}

/** A boost is an activity already. */
function activityOf({ db, config }: HttpContext): Make {
  return async (post, uri) => {
    const object =
      post.boost_of_id === null ? (await loadOwnObjects(db, [post], config)).get(post.id) : undefined
    if (object === undefined) return null
    return createActivity({ id: uri, actorUri: String(object['attributedTo']), object })
  }
}

/** The thread that begins with a post, as far as it is public and known here. */
function threadOf({ db }: HttpContext): Make {
  return async (post, uri) => {
    if (post.boost_of_id !== null || post.conversation_id !== post.id) return null
    return wholeOrderedCollection({ uri, items: await listThreadUris(db, post.id) })
  }
}

const repliesOf: Make = async (post, uri) =>
  post.boost_of_id === null
    ? collection({ uri, totalItems: post.replies_count, firstCursor: FIRST_PAGE })
    : null

function repliesPageOf({ db }: HttpContext): Make {
  return async (post, uri, cursor) => {
    const after = cursor === FIRST_PAGE ? '0' : cursor
    if (post.boost_of_id !== null || !/^\d{1,18}$/.test(after)) return null
    const collectionUri = uri.slice(0, uri.lastIndexOf('/page/'))
    return collectionPage({ collectionUri, cursor, ...(await repliesAfter(db, post, after)) })
  }
}

async function firstReplies(db: Querier, post: Post): Promise<CollectionPageParts> {
  return { collectionUri: repliesUri(post.uri), cursor: FIRST_PAGE, ...(await repliesAfter(db, post, '0')) }
}

async function repliesAfter(
  db: Querier,
  post: Post,
  after: string,
): Promise<Pick<CollectionPageParts, 'items' | 'nextCursor'>> {
  const found = await listReplyUris(db, post.id, after, REPLIES_PER_PAGE)
  return {
    items: found.map((reply) => reply.uri),
    nextCursor: found.length === REPLIES_PER_PAGE ? (found.at(-1)?.id ?? null) : null,
  }
}

/** Who liked or boosted is theirs to tell: the number is enough. */
function countOf(count: (post: Post) => number): Make {
  return async (post, uri) =>
    post.boost_of_id === null ? collection({ uri, totalItems: count(post), firstCursor: null }) : null
}
