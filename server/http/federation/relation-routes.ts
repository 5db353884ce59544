/**
 * Likes, reactions, follows and blocks of identities at their ids. Each was sent to one actor, and to that actor alone it is shown
 * again.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { blockActivity, followActivity } from '../../activitypub/activities.ts'
import type { JsonObject } from '../../activitypub/json.ts'
import { interactionActivity } from '../../activitypub/own-interaction.ts'
import { ADOPTED_ROUTES, AP_ROUTES } from '../../activitypub/uris.ts'
import { type OwnRelation, findOwnBlock, findOwnFollow } from '../../domain/follows/find-own-relations.ts'
import {
  type OwnInteraction,
  findStandingInteraction,
} from '../../domain/interactions/find-own-interaction.ts'
import type { Database } from '../../db/pool.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { readyAnswer } from '../ready/ready-answer.ts'
import {
  ACTIVITY_TYPE,
  OPEN,
  type Surface,
  readerOf,
  refuseQueries,
  requestedUri,
  sendFound,
} from './surface.ts'

type Find<R> = (db: Database, uri: string) => Promise<R | undefined>
type Write<R> = (relation: R) => JsonObject

export function relationRoutes({ context }: Surface): FastifyPluginAsync {
  const serve =
    <R extends OwnRelation>(find: Find<R>, write: Write<R>) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const reader = await readerOf(context, request)
      const relation = reader === null ? undefined : await find(context.db, requestedUri(context, request))
      if (relation === undefined || relation.recipient_uri !== reader?.actorUri)
        return sendFound(request, reply, null)
      const document = write(relation)
      const answer = readyAnswer({ contentType: ACTIVITY_TYPE, outcome: 'not public', tags: [], document })
      return sendFound(request, reply, answer)
    }
  return async (app) => {
    answerAs(app, 'ofReader')
    refuseQueries(app)
    for (const kind of ['like', 'reaction'] as const) {
      const find: Find<OwnInteraction> = async (db, uri) => findStandingInteraction(db, kind, uri)
      app.get(
        AP_ROUTES[kind],
        OPEN,
        serve(find, (interaction) => interactionActivity(interaction)),
      )
    }
    for (const routes of [AP_ROUTES, ADOPTED_ROUTES]) {
      app.get(routes.follow, OPEN, serve(findOwnFollow, followOf))
      app.get(routes.block, OPEN, serve(findOwnBlock, blockOf))
    }
  }
}

function followOf(relation: OwnRelation): JsonObject {
  return followActivity({ id: relation.uri, actorUri: relation.actor_uri, targetUri: relation.object_uri })
}

function blockOf(relation: OwnRelation): JsonObject {
  return blockActivity({ id: relation.uri, actorUri: relation.actor_uri, targetUri: relation.object_uri })
}
