/**
 * Handles identities of this home: an edited profile is told to all followers, a move to them and to whoever blocks the
 * identity, a removed identity to everybody.
 */
import { deleteActivity, moveActivity, updateActorActivity } from '../activitypub/activities.ts'
import { actorDocument } from '../activitypub/actor-document.ts'
import type { JsonObject } from '../activitypub/json.ts'
import { activityUri } from '../activitypub/uris.ts'
import { PUBLIC } from '../activitypub/vocabulary.ts'
import type { Clock } from '../core/clock.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { findActorByUri } from '../domain/actors/actor.ts'
import type { actorGraph } from '../domain/actors/actor-graph.ts'
import { listBlockers } from '../domain/blocks/receive-block.ts'
import { carryFollowsOver } from '../domain/moves/carry-over.ts'
import { findLastMove } from '../domain/moves/move-identity.ts'
import { hasSaidFarewell } from '../domain/farewells/farewell.ts'
import { removePiece } from '../domain/owner/delete-identity.ts'
import type { Home } from '../domain/owner/home.ts'
import { originOfHost } from '../domain/owner/own-uris.ts'
import { type HandlersOf, again } from '../stator/graph.ts'
import { queue } from './queue.ts'

/** Well below the time that a handler has; then others have their turn. */
const CLEARS_WITHIN_MS = 30_000

type Identity = Row<'actors'>
type IdentityHandlers = Pick<HandlersOf<typeof actorGraph>, 'edited' | 'moved' | 'deleted'>

export interface IdentityParts {
  readonly db: Database
  readonly clock: Clock
  readonly home: Home
}

export function identityHandlers(parts: IdentityParts): IdentityHandlers {
  const { db } = parts
  return {
    edited: {
      each: async ({ id }) => {
        const identity = await withIdentity(db, id, sendProfile)
        const lives = identity === undefined || identity.moved_to_uri === null
        return lives ? 'updated' : 'moved_fanned_out'
      },
    },
    moved: {
      each: async ({ id }) => {
        await withIdentity(db, id, async (tx, identity) => {
          // First of all, so that whoever hears of the move finds it confirmed.
          await sendProfile(tx, identity)
          await sendMove(parts, tx, identity)
        })
        return 'moved_fanned_out'
      },
    },
    deleted: {
      each: async ({ id }, { signal }) => {
        await sendDeparture(db, id)
        const isCleared = await clear(parts, id, signal)
        return isCleared ? 'deleted_fanned_out' : again({ afterSeconds: 0, isUncounted: true })
      },
    },
  }
}

/** Locked, as it is now. @returns undefined for one that is gone */
async function withIdentity(
  db: Database,
  id: string,
  work: (tx: Transaction, identity: Identity) => Promise<void>,
): Promise<Identity | undefined> {
  return inTransaction(db, async (tx) => {
    const identity = await tx
      .selectFrom('actors')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (identity === undefined || !identity.is_local || identity.gone_at !== null) return undefined
    await work(tx, identity)
    return identity
  })
}

async function sendProfile(tx: Transaction, identity: Identity): Promise<void> {
  const editedAt = identity.state_changed_at
  const uri = activityUri(originOfHost(identity.host), `${identity.id}-update-${editedAt.getTime()}`)
  await queue(tx, {
    signer: identity,
    activity: await profileUpdate(tx, identity, uri, editedAt),
    objectUri: identity.uri,
    recipients: { followersOf: identity.id },
  })
}

/** The profile of an identity as it is now, as an Update. @param uri  of the activity */
export async function profileUpdate(
  tx: Transaction,
  identity: Identity,
  uri: string,
  updatedAt: Date,
): Promise<JsonObject> {
  const keys = await tx.selectFrom('actor_keys').selectAll().where('actor_id', '=', identity.id).execute()
  const document = actorDocument(identity, keys)
  return updateActorActivity({ id: uri, actorUri: identity.uri, document, updatedAt })
}

async function sendMove({ home, clock }: IdentityParts, tx: Transaction, identity: Identity): Promise<void> {
  const targetUri = identity.moved_to_uri
  const move = await findLastMove(tx, identity.id)
  if (targetUri === null || move === undefined) return
  const { followers_uri: followersUri } = identity
  await queue(tx, {
    signer: identity,
    activity: moveActivity({
      id: activityUri(originOfHost(identity.host), `${identity.id}-move-${move.id}`),
      actorUri: identity.uri,
      targetUri,
      to: followersUri === null ? [] : [followersUri],
    }),
    objectUri: identity.uri,
    // Nobody gets rid of a block by moving.
    recipients: { followersOf: identity.id, actorIds: await listBlockers(tx, identity.id) },
  })
  const target = await findActorByUri(tx, targetUri)
  // Followers within the home are told by nobody.
  if (target !== undefined) await carryFollowsOver(tx, home, identity, target, clock.now())
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

/** What is left of it goes a piece at a time. @returns whether nothing is left, or whoever leaves for good takes it away */
async function clear({ db, clock }: IdentityParts, id: string, signal: AbortSignal): Promise<boolean> {
  const actor = await db.selectFrom('actors').select('is_local').where('id', '=', id).executeTakeFirst()
  if (actor?.is_local !== true || (await hasSaidFarewell(db))) return true
  const endsAtMs = clock.monotonicMs() + CLEARS_WITHIN_MS
  while (!signal.aborted && clock.monotonicMs() < endsAtMs) {
    if (!(await inTransaction(db, async (tx) => removePiece(tx, [id], clock.now())))) return true
  }
  return false
}
