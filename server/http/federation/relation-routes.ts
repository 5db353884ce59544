/**
 * Likes, follows and blocks of identities at their ids. Each was sent to one actor, and to that actor alone it is shown
 * again.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { blockActivity, followActivity, likeActivity } from '../../activitypub/activities.ts'
import type { JsonObject } from '../../activitypub/json.ts'
import { AP_ROUTES } from '../../activitypub/uris.ts'
import {
  type OwnRelation,
  findOwnBlock,
  findOwnFollow,
  findOwnLike,
} from '../../domain/follows/find-own-relations.ts'
import type { Database } from '../../db/pool.ts'
import { readyAnswer } from './ready-answers.ts'
import {
  ACTIVITY_TYPE,
  CACHE,
  OPEN,
  type Surface,
  readerOf,
  refuseQueries,
  requestedUri,
  sendFound,
} from './surface.ts'

type Find = (db: Database, uri: string) => Promise<OwnRelation | undefined>
type Write = (relation: OwnRelation) => JsonObject

export function relationRoutes({ context }: Surface): FastifyPluginAsync {
  const serve = (find: Find, write: Write) => async (request: FastifyRequest, reply: FastifyReply) => {
    const reader = await readerOf(context, request)
    const relation = reader === null ? undefined : await find(context.db, requestedUri(context, request))
    if (relation === undefined || relation.recipient_uri !== reader?.actorUri)
      return sendFound(request, reply, null)
    const document = write(relation)
    const answer = readyAnswer({ contentType: ACTIVITY_TYPE, cacheControl: CACHE.never, document })
    return sendFound(request, reply, answer)
  }
  return async (app) => {
    refuseQueries(app)
    app.get(AP_ROUTES.like, OPEN, serve(findOwnLike, likeOf))
    app.get(AP_ROUTES.follow, OPEN, serve(findOwnFollow, followOf))
    app.get(AP_ROUTES.block, OPEN, serve(findOwnBlock, blockOf))
  }
}

function likeOf(relation: OwnRelation): JsonObject {
  return likeActivity({
    id: relation.uri,
    actorUri: relation.actor_uri,
    objectUri: relation.object_uri,
    recipientUri: relation.recipient_uri,
  })
}

function followOf(relation: OwnRelation): JsonObject {
  return followActivity({ id: relation.uri, actorUri: relation.actor_uri, targetUri: relation.object_uri })
}

function blockOf(relation: OwnRelation): JsonObject {
  return blockActivity({ id: relation.uri, actorUri: relation.actor_uri, targetUri: relation.object_uri })
}
