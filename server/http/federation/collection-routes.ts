/** The collections of an identity: outbox, followers, following, pinned posts, hashtags. Pages are paths. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import {
  orderedCollection,
  orderedCollectionPage,
  wholeCollection,
  wholeOrderedCollection,
} from '../../activitypub/collections.ts'
import { createActivity } from '../../activitypub/activities.ts'
import type { JsonObject } from '../../activitypub/json.ts'
import { loadOwnObjects } from '../../activitypub/own-notes.ts'
import { hashtagTag } from '../../activitypub/note-parts.ts'
import {
  ADOPTED_ROUTES,
  AP_ROUTES,
  FIRST_PAGE,
  below,
  collectionPageUri,
  postActivityUri,
} from '../../activitypub/uris.ts'
import type { Actor } from '../../domain/actors/actor.ts'
import { noteReads } from '../../domain/archives/read-elsewhere.ts'
import { type FollowSide, countFollowsOf, listFollowUris } from '../../domain/follows/list-follow-uris.ts'
import { hashtagPageUrl, originOfHost } from '../../domain/owner/own-uris.ts'
import { listFeaturedNames } from '../../domain/profiles/own-featured-hashtags.ts'
import { hashtagKey } from '../../domain/text/scan-text.ts'
import { countOutbox, listOutbox, listPinned } from '../../domain/posts/outbox.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import type { AnswerTag, ReadyAnswer } from '../ready/ready-answer.ts'
import {
  OPEN,
  OPEN_LISTING,
  type Surface,
  findPublic,
  findRequestedIdentity,
  publicDocument,
  refuseQueries,
  requestedUri,
  sendFound,
} from './surface.ts'

const POSTS_PER_PAGE = 20
const ACTORS_PER_PAGE = 50

/** A way to make one address of a collection into its document. */
type Make = (actor: Actor, uri: string, cursor: string | null) => Promise<object | null>

/** Beside the identity itself. */
type Shown = 'posts-of' | 'follows-of' | 'actor'

export function collectionRoutes(surface: Surface): FastifyPluginAsync {
  const { context } = surface
  const serve = (what: Shown, make: Make) => async (request: FastifyRequest, reply: FastifyReply) => {
    const { cursor } = request.params as { readonly cursor?: string }
    const uri = requestedUri(context, request)
    const answer = async (): Promise<ReadyAnswer | null> => {
      const position = cursorOf(cursor)
      const actor = position === undefined ? undefined : await findRequestedIdentity(context, request)
      if (actor === undefined || position === undefined || !uri.startsWith(below(actor.uri, ''))) return null
      const document = await make(actor, uri, position)
      return document === null ? null : publicDocument(document, tagsOf(actor.id, what))
    }
    return sendFound(request, reply, await findPublic(surface, request, answer))
  }
  return async (app) => {
    answerAs(app, 'object')
    refuseQueries(app)
    for (const routes of [AP_ROUTES, ADOPTED_ROUTES]) {
      // What was brought along ends in a slash: no purge names it, so nobody keeps it for longer than a page of a list.
      const whole = routes === AP_ROUTES ? OPEN : OPEN_LISTING
      app.get(routes.outbox, whole, serve('posts-of', outbox(context)))
      app.get(routes.outboxPage, OPEN_LISTING, serve('posts-of', outboxPage(context)))
      app.get(routes.followers, whole, serve('follows-of', follows(context, 'followers')))
      app.get(routes.followersPage, OPEN_LISTING, serve('follows-of', followsPage(context, 'followers')))
      app.get(routes.following, whole, serve('follows-of', follows(context, 'following')))
      app.get(routes.followingPage, OPEN_LISTING, serve('follows-of', followsPage(context, 'following')))
      app.get(routes.featured, whole, serve('posts-of', featured(context)))
      app.get(routes.featuredTags, whole, serve('actor', featuredTags(context)))
    }
  }
}

const tagsOf = (id: string, what: Shown): readonly AnswerTag[] => [`actor:${id}`, `${what}:${id}`]

/** Null is the first page; undefined for what is no cursor. */
function cursorOf(cursor: string | undefined): string | null | undefined {
  if (cursor === undefined || cursor === FIRST_PAGE) return null
  return /^[1-9]\d{0,17}$/.test(cursor) ? cursor : undefined
}

function outbox({ db }: HttpContext): Make {
  return async (actor, uri) =>
    orderedCollection({ uri, totalItems: await countOutbox(db, actor.id), firstCursor: FIRST_PAGE })
}

function outboxPage({ db, config }: HttpContext): Make {
  return async (actor, uri, cursor) => {
    const posts = await listOutbox(db, actor.id, cursor, POSTS_PER_PAGE)
    await noteReads(db, posts)
    const objects = await loadOwnObjects(db, posts, config)
    const items = posts.flatMap((post): JsonObject[] => {
      const object = objects.get(post.id)
      if (object === undefined) return []
      return [post.boost_of_id === null ? withoutContext(createOf(post.uri, actor, object)) : object]
    })
    return pageOf(actor, uri, items, posts.length === POSTS_PER_PAGE ? (posts.at(-1)?.id ?? null) : null)
  }
}

function createOf(postUri: string, actor: Actor, object: JsonObject): JsonObject {
  return createActivity({ id: postActivityUri(postUri), actorUri: actor.uri, object })
}

function withoutContext(document: JsonObject): JsonObject {
  const { '@context': _, ...activity } = document
  return activity
}

function follows({ db }: HttpContext, side: FollowSide): Make {
  return async (actor, uri) =>
    orderedCollection({
      uri,
      totalItems: await countFollowsOf(db, actor.id, side),
      firstCursor: actor.hides_collections ? null : FIRST_PAGE,
    })
}

function followsPage({ db }: HttpContext, side: FollowSide): Make {
  return async (actor, uri, cursor) => {
    if (actor.hides_collections) return null
    const found = await listFollowUris(db, actor.id, side, cursor, ACTORS_PER_PAGE)
    const next = found.length === ACTORS_PER_PAGE ? (found.at(-1)?.id ?? null) : null
    return pageOf(
      actor,
      uri,
      found.map((follow) => follow.uri),
      next,
    )
  }
}

function pageOf(
  actor: Actor,
  uri: string,
  items: readonly (string | JsonObject)[],
  nextCursor: string | null,
): object {
  const cursor = uri.slice(uri.lastIndexOf('/') + 1)
  const collections = [actor.outbox_uri, actor.followers_uri, actor.following_uri]
  const collectionUri = collections.find((each) => each !== null && collectionPageUri(each, cursor) === uri)
  if (collectionUri === undefined || collectionUri === null) throw new Error(`${uri} is a page of nothing`)
  return orderedCollectionPage({ collectionUri, cursor, items, nextCursor })
}

function featured({ db, config }: HttpContext): Make {
  return async (actor, uri) => {
    const posts = await listPinned(db, actor.id)
    await noteReads(db, posts)
    // In the order of the rows.
    const objects = await loadOwnObjects(db, posts, config)
    return wholeOrderedCollection({ uri, items: [...objects.values()] })
  }
}

function featuredTags({ db }: HttpContext): Make {
  return async (actor, uri) => {
    const names = await listFeaturedNames(db, actor.id)
    const origin = originOfHost(actor.host)
    const items = names.map((name) => hashtagTag({ name, url: hashtagPageUrl(origin, hashtagKey(name)) }))
    return wholeCollection({ uri, items })
  }
}
