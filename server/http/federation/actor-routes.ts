/** The documents of identities and of the instance actor. */
import type { FastifyPluginAsync } from 'fastify'
import { actorDocument } from '../../activitypub/actor-document.ts'
import { wholeOrderedCollection } from '../../activitypub/collections.ts'
import { tombstoneDocument } from '../../activitypub/note.ts'
import { ADOPTED_ROUTES, AP_ROUTES } from '../../activitypub/uris.ts'
import type { Database } from '../../db/pool.ts'
import { type Actor, findActorByUri } from '../../domain/actors/actor.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { type AnswerTag, type ReadyAnswer, readyAnswer } from '../ready/ready-answer.ts'
import {
  ACTIVITY_TYPE,
  OPEN,
  type Surface,
  answerName,
  findPublic,
  publicDocument,
  refuseQueries,
  requestedUri,
  sendFound,
} from './surface.ts'

const OF_INSTANCE = { config: { ...OPEN.config, answer: 'instanceActor' } } as const

export function actorRoutes(surface: Surface): FastifyPluginAsync {
  const { context, answers } = surface
  const { db } = context
  return async (app) => {
    answerAs(app, 'object')
    refuseQueries(app)
    // Always served to everybody: others need its key to verify that we may read what they serve to the signed only.
    for (const routes of [AP_ROUTES, ADOPTED_ROUTES]) {
      app.get(routes.instance, OF_INSTANCE, async (request, reply) => {
        const uri = requestedUri(context, request)
        const name = answerName(context, request, 'ap')
        const answer = await answers.get(name, async () => instanceAnswer(db, uri))
        return sendFound(request, reply, answer)
      })
      app.get(routes.instanceOutbox, OF_INSTANCE, async (request, reply) => {
        const uri = requestedUri(context, request)
        const name = answerName(context, request, 'ap')
        const answer = await answers.get(name, async () =>
          context.home.instanceActor().outbox_uri === uri
            ? instanceDocument(wholeOrderedCollection({ uri, items: [] }), [], null)
            : null,
        )
        return sendFound(request, reply, answer)
      })
    }
    app.get(AP_ROUTES.actor, OPEN, async (request, reply) => {
      const uri = requestedUri(context, request)
      const make = async (): Promise<ReadyAnswer | null> => actorAnswer(db, uri)
      return sendFound(request, reply, await findPublic(surface, request, make))
    })
  }
}

async function instanceAnswer(db: Database, uri: string): Promise<ReadyAnswer | null> {
  const actor = await findActorByUri(db, uri)
  if (actor === undefined || !actor.is_instance_actor) return null
  const document = actorDocument(actor, await listPublicKeys(db, actor))
  return instanceDocument(document, [`actor:${actor.id}`, 'home'], actor.state_changed_at)
}

function instanceDocument(
  document: object,
  tags: readonly AnswerTag[],
  modifiedAt: Date | null,
): ReadyAnswer {
  return readyAnswer({ contentType: ACTIVITY_TYPE, document, tags, modifiedAt })
}

export async function actorAnswer(db: Database, uri: string): Promise<ReadyAnswer | null> {
  const actor = await findActorByUri(db, uri)
  if (actor === undefined || !actor.is_local || actor.is_instance_actor) return null
  const tags = [`actor:${actor.id}`] as const
  if (actor.gone_at !== null) {
    return readyAnswer({
      status: 410,
      contentType: ACTIVITY_TYPE,
      tags,
      document: tombstoneDocument({ uri, formerType: actor.kind, deletedAt: actor.gone_at }),
    })
  }
  const document = actorDocument(actor, await listPublicKeys(db, actor))
  return publicDocument(document, tags, actor.state_changed_at)
}

async function listPublicKeys(db: Database, actor: Actor) {
  return db
    .selectFrom('actor_keys')
    .select(['key_uri', 'algorithm', 'public_key_pem'])
    .where('actor_id', '=', actor.id)
    .orderBy('fetched_at', 'desc')
    .execute()
}
