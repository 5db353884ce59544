/** Reads actors of others again. What the owner's identities tell of themselves is sent by other handlers. */
import { confirmMove } from '../activitypub/confirm-move.ts'
import type { Dereferencer } from '../activitypub/dereference.ts'
import { assertNever } from '../core/errors.ts'
import type { Clock } from '../core/clock.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { forgetGoneActor } from '../domain/actors/actor-freshness.ts'
import { isOfInterest, requestLinkChecks } from '../domain/links/link-checks.ts'
import { findMoveObstacle, followMove, wasMoveFollowed } from '../domain/moves/follow-move.ts'
import type { Home } from '../domain/owner/home.ts'
import { refreshProfile } from '../domain/profiles/profile-readings.ts'
import { type Verdict, again } from '../stator/graph.ts'

export interface ActorParts {
  readonly db: Database
  readonly clock: Clock
  readonly home: Home
  readonly dereferencer: Dereferencer
}

type OutdatedVerdict = Verdict<'updated' | 'deleted'>

/**
 * An actor that is gone loses everything here but its row; one that cannot be reached keeps its old document.
 * @returns the handler of the state `outdated`
 */
export function refreshActorHandler(parts: ActorParts): {
  readonly each: (actor: Row<'actors'>) => Promise<OutdatedVerdict>
} {
  return { each: async (actor) => refresh(parts, actor) }
}

async function refresh(parts: ActorParts, actor: Row<'actors'>): Promise<OutdatedVerdict> {
  const { db, clock, home, dereferencer } = parts
  if (actor.domain_id !== null || home.isBlockedDomain(actor.host)) return 'updated'
  const reading = await dereferencer.readActor(actor.uri)
  switch (reading.outcome) {
    case 'found':
      await followUnannounced(parts, reading.actor)
      await inTransaction(db, async (tx) => {
        await refreshProfile(tx, actor.id, clock.now())
        if (await isOfInterest(tx, reading.actor)) await requestLinkChecks(tx, reading.actor)
      })
      return 'updated'
    case 'gone':
      await inTransaction(db, async (tx) => forgetGoneActor(tx, actor.id, clock.now()))
      return 'updated'
    case 'unavailable':
      return again({ reason: reading.reason })
    case 'missing':
    case 'refused':
      return { to: 'updated', note: reading.reason }
    default:
      return assertNever(reading)
  }
}

/** A Move that never came: the document tells of it too, and is held to the same checks. Each move is followed once. */
async function followUnannounced(parts: ActorParts, from: Row<'actors'>): Promise<void> {
  const { db, clock, home } = parts
  const toUri = from.moved_to_uri
  if (toUri === null || (await findMoveObstacle(db, from.id, clock.now())) !== null) return
  if (await wasMoveFollowed(db, from.id, toUri)) return
  const move = await confirmMove(parts, from, toUri)
  // What cannot be confirmed now is asked again when the actor is read again.
  if (move.outcome !== 'confirmed') return
  const moved = { from, to: move.target, toUri }
  await inTransaction(db, async (tx) => followMove(tx, home, moved, clock.now()))
}
