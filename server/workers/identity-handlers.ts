/** Handles identities of this home: an edited profile is told to all followers, a removed identity to everybody. */
import { deleteActivity, updateActorActivity } from '../activitypub/activities.ts'
import { actorDocument } from '../activitypub/actor-document.ts'
import { activityUri } from '../activitypub/uris.ts'
import { PUBLIC } from '../activitypub/vocabulary.ts'
import type { Database } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import type { actorGraph } from '../domain/actors/actor-graph.ts'
import { originOfHost } from '../domain/owner/own-uris.ts'
import type { HandlersOf } from '../stator/graph.ts'
import { queue } from './queue.ts'

type IdentityHandlers = Pick<HandlersOf<typeof actorGraph>, 'edited' | 'deleted'>

export function identityHandlers({ db }: { readonly db: Database }): IdentityHandlers {
  return {
    edited: {
      each: async ({ id }) => {
        await sendProfile(db, id)
        return 'updated'
      },
    },
    deleted: {
      each: async ({ id }) => {
        await sendDeparture(db, id)
        return 'deleted_fanned_out'
      },
    },
  }
}

async function sendProfile(db: Database, id: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const actor = await tx
      .selectFrom('actors')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (actor === undefined || !actor.is_local || actor.gone_at !== null) return
    const keys = await tx.selectFrom('actor_keys').selectAll().where('actor_id', '=', id).execute()
    const editedAt = actor.state_changed_at
    await queue(tx, {
      signer: actor,
      activity: updateActorActivity({
        id: activityUri(originOfHost(actor.host), `${actor.id}-update-${editedAt.getTime()}`),
        actorUri: actor.uri,
        document: actorDocument(actor, keys),
        updatedAt: editedAt,
      }),
      objectUri: actor.uri,
      recipients: { followersOf: actor.id },
    })
  })
}

async function sendDeparture(db: Database, id: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const actor = await tx.selectFrom('actors').selectAll().where('id', '=', id).executeTakeFirst()
    if (actor === undefined || !actor.is_local) return
    await queue(tx, {
      signer: actor,
      activity: deleteActivity({
        id: activityUri(originOfHost(actor.host), `${actor.id}-delete`),
        actorUri: actor.uri,
        object: actor.uri,
        to: [PUBLIC],
      }),
      objectUri: actor.uri,
      recipients: { everybody: true },
    })
  })
}
