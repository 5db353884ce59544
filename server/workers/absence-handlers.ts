/** Handles absences of this home: what was missed is read, and after a long one every peer hears one harmless word. */
import { activityUri } from '../activitypub/uris.ts'
import type { Database, Transaction } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import type { absenceGraph } from '../domain/absences/absence-graph.ts'
import {
  type Absence,
  listAcquaintances,
  noteCatchUp,
  planCatchUp,
  spreadDeliveries,
  wasLong,
} from '../domain/absences/after-absence.ts'
import { findIdentity } from '../domain/actors/actor.ts'
import { originOfHost } from '../domain/owner/own-uris.ts'
import { type HandlersOf, again } from '../stator/graph.ts'
import { profileUpdate } from './identity-handlers.ts'
import { queue } from './queue.ts'

export function absenceHandlers({ db }: { readonly db: Database }): HandlersOf<typeof absenceGraph> {
  return {
    new: {
      each: async (absence) => {
        await inTransaction(db, async (tx) => {
          const outboxes = await planCatchUp(tx, absence)
          const greeted = wasLong(absence) ? await greetPeers(tx, absence) : null
          await tx.updateTable('absences').set({ outboxes, greeted }).where('id', '=', absence.id).execute()
        })
        return 'catching_up'
      },
    },
    catching_up: {
      each: async (absence) => {
        const open = await inTransaction(db, async (tx) => noteCatchUp(tx, absence))
        return open === 0 ? 'caught_up' : again({ reason: `${open} outboxes are still to be read` })
      },
    },
  }
}

/**
 * Servers that had long no answer from here may have given this home up; a signed activity tells them otherwise. Its id is
 * that of the absence, so it is sent once however often this runs.
 */
async function greetPeers(tx: Transaction, absence: Absence): Promise<number> {
  const byIdentity = Map.groupBy(await listAcquaintances(tx), (one) => one.identity_id)
  const activityUris: string[] = []
  for (const [identityId, acquaintances] of byIdentity) {
    const identity = await findIdentity(tx, identityId)
    if (identity === undefined) continue
    const id = activityUri(originOfHost(identity.host), `${identity.id}-return-${absence.id}`)
    activityUris.push(id)
    await queue(tx, {
      signer: identity,
      activity: await profileUpdate(tx, identity, id, absence.returned_at),
      objectUri: identity.uri,
      recipients: { actorIds: acquaintances.map((one) => one.actor_id) },
    })
  }
  return spreadDeliveries(tx, activityUris)
}
