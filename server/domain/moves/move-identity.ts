/** Identities on the move: their other names, moving away, taking that back, and who of the followers has come along. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import { moveRows } from '../../stator/move.ts'
import type { Actor } from '../actors/actor.ts'
import { actorGraph } from '../actors/actor-graph.ts'
import { UNPUBLISHED_DOMAIN } from '../owner/own-uris.ts'
import { blockedBetween } from '../posts/can-see.ts'
import { MOVE_PAUSE_DAYS, pauseBegan } from './follow-move.ts'
import { type ServerOfFollowers, listServersOfFollowers, noteFollowers } from './moved-followers.ts'

/** Other names of one identity. */
export const MAX_ALIASES = 20

/** Replaces the other names; followers elsewhere are told with the profile. @param uris  ids that were read */
export async function setAliases(tx: Transaction, identity: Actor, uris: readonly string[]): Promise<void> {
  const aliases = [...new Set(uris)]
  if (aliases.length > MAX_ALIASES) {
    throw unprocessable(`an identity has at most ${MAX_ALIASES} other names, not ${aliases.length}`)
  }
  if (aliases.includes(identity.uri)) throw unprocessable('an identity is no other name of itself')
  await tx.updateTable('actors').set({ also_known_as: aliases }).where('id', '=', identity.id).execute()
  await tellProfile(tx, identity.id)
}

/**
 * The identity lives at the target from now on: its document says so, and Stator tells the followers. The same target
 * again changes nothing.
 * @param target  read a moment ago
 * @throws HomebirdError UNPROCESSABLE for a target that does not name the identity or moved on itself, and within seven
 *   days of the last move; FORBIDDEN where a block stands between, UNAVAILABLE while the home has no address
 */
export async function moveIdentity(
  tx: Transaction,
  identity: Pick<Actor, 'id'>,
  target: Actor,
  now: Date,
): Promise<void> {
  const actor = await lockIdentity(tx, identity.id)
  if (actor.moved_to_uri === target.uri) return
  await refuseMove(tx, actor, target, now)
  await tx.updateTable('actors').set({ moved_to_uri: target.uri }).where('id', '=', actor.id).execute()
  const { id } = await tx
    .insertInto('actor_moves')
    .values({
      from_id: actor.id,
      to_id: target.id,
      to_uri: target.uri,
      followers_count: actor.followers_count,
      moved_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await noteFollowers(tx, id, actor.id)
  await moveRows(tx, actorGraph, [actor.id], 'moved', { priority: 0 })
}

async function refuseMove(tx: Transaction, actor: Actor, target: Actor, now: Date): Promise<void> {
  if (actor.host === UNPUBLISHED_DOMAIN) {
    throw new HomebirdError('UNAVAILABLE', `${actor.uri} cannot move: the home has no address yet`, {
      safe: 'This home has no address yet, so nobody follows you here who could come along.',
    })
  }
  if (target.id === actor.id) throw unprocessable('an identity cannot move to itself')
  if (target.moved_to_uri !== null) throw unprocessable(`${target.uri} has moved on itself`)
  if (!target.also_known_as.includes(actor.uri)) {
    throw unprocessable(`add ${actor.uri} to the other names (aliases) of ${target.uri} first`)
  }
  const { rows } = await sql<{ is_blocked: boolean }>`
    select ${blockedBetween(actor.id, sql`${target.id}::bigint`)} as is_blocked`.execute(tx)
  if (rows[0]?.is_blocked === true) {
    throw new HomebirdError('FORBIDDEN', `${actor.uri} and ${target.uri} are apart by a block`)
  }
  const last = await findLastMove(tx, actor.id)
  if (last !== undefined && last.moved_at > pauseBegan(now)) {
    const again = nextMoveAt(last.moved_at).toISOString().slice(0, 16)
    throw unprocessable(
      `an identity moves once in ${MOVE_PAUSE_DAYS} days; this one can again from ${again} UTC`,
    )
  }
}

/** The identity lives here again. Followers who went stay where they are; others are told by the profile. */
export async function takeMoveBack(tx: Transaction, identity: Pick<Actor, 'id'>): Promise<void> {
  const actor = await lockIdentity(tx, identity.id)
  if (actor.moved_to_uri === null) return
  await tx.updateTable('actors').set({ moved_to_uri: null }).where('id', '=', actor.id).execute()
  await moveRows(tx, actorGraph, [actor.id], 'edited', { priority: 0 })
}

/** Has the profile told anew; where the Move is still to be told, that tells it too. */
export async function tellProfile(tx: Transaction, identityId: string): Promise<void> {
  const { state } = await tx
    .selectFrom('actors')
    .select('state')
    .where('id', '=', identityId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
  await moveRows(tx, actorGraph, [identityId], state === 'moved' ? 'moved' : 'edited', { priority: 0 })
}

async function lockIdentity(tx: Transaction, id: string): Promise<Actor> {
  const actor = await tx
    .selectFrom('actors')
    .selectAll()
    .where('id', '=', id)
    .where('is_local', '=', true)
    .where('is_instance_actor', '=', false)
    .where('gone_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (actor === undefined) throw new HomebirdError('NOT_FOUND', `actor ${id} is no identity of this home`)
  return actor
}

export interface MoveProgress {
  readonly movedToUri: string | null
  readonly movedAt: Date | null
  /** Null where it may move at once. */
  readonly nextMoveAt: Date | null
  readonly followersAtStart: number
  readonly followersLeft: number
  /** Who has not come along yet, the latest follower first. */
  readonly left: ReadonlyArray<{ readonly username: string; readonly handle_domain: string }>
  /** Where the followers were when it moved: those of whom most are still to come first. */
  readonly servers: readonly ServerOfFollowers[]
}

const MOST_LEFT = 100

export async function readMoveProgress(db: Querier, identity: Actor, now: Date): Promise<MoveProgress> {
  const last = await findLastMove(db, identity.id)
  const hasMoved = identity.moved_to_uri !== null && last !== undefined
  const left = hasMoved ? await listLeft(db, identity.id) : []
  const next = last === undefined ? null : nextMoveAt(last.moved_at)
  return {
    movedToUri: identity.moved_to_uri,
    movedAt: hasMoved ? last.moved_at : null,
    nextMoveAt: next !== null && next > now ? next : null,
    followersAtStart: hasMoved ? last.followers_count : 0,
    followersLeft: hasMoved ? identity.followers_count : 0,
    left,
    servers: hasMoved ? await listServersOfFollowers(db, last.id, identity.id) : [],
  }
}

async function listLeft(db: Querier, identityId: string): Promise<MoveProgress['left']> {
  return db
    .selectFrom('follows')
    .innerJoin('actors', 'actors.id', 'follows.source_id')
    .select(['actors.username', 'actors.handle_domain'])
    .where('follows.target_id', '=', identityId)
    .where('follows.state', 'in', ['accepting', 'accepted'])
    .orderBy('follows.id', 'desc')
    .limit(MOST_LEFT)
    .execute()
}

export async function findLastMove(db: Querier, fromId: string) {
  return db
    .selectFrom('actor_moves')
    .selectAll()
    .where('from_id', '=', fromId)
    .orderBy('moved_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Moves of others that took effect here, the latest first: ids of the old and the new actor. */
export async function listMovesOfOthers(db: Querier, limit: number) {
  return db
    .selectFrom('actor_moves')
    .innerJoin('actors', 'actors.id', 'actor_moves.from_id')
    .select(['actor_moves.id', 'actor_moves.from_id', 'actor_moves.to_id', 'actor_moves.moved_at'])
    .where('actors.domain_id', 'is', null)
    .orderBy('actor_moves.id', 'desc')
    .limit(limit)
    .execute()
}

const nextMoveAt = (movedAt: Date): Date => new Date(movedAt.getTime() + MOVE_PAUSE_DAYS * 86_400_000)

function unprocessable(flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
}
