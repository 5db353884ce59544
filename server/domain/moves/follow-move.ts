/**
 * Somebody moved: the identities that followed, blocked or muted them there do so with the new actor, and private notes
 * come along. Apps know no notification of a move; they show `moved` on the old account, and the owner's window lists them.
 */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Actor } from '../actors/actor.ts'
import type { Home } from '../owner/home.ts'
import { carryBlocksOver, carryFollowsOver, carryNotesOver, carryPermissionsOver } from './carry-over.ts'

/** An actor moves once in this time (rule 26). */
export const MOVE_PAUSE_DAYS = 7

export interface Moved {
  readonly from: Actor
  /** Where the actor is now. */
  readonly to: Actor
  /** What the old actor names, which may have moved on since. */
  readonly toUri: string
}

/** Why a Move of this actor has no effect, before anybody is asked; null where it may have one. */
export async function findMoveObstacle(db: Querier, fromId: string, now: Date): Promise<string | null> {
  const { rows } = await sql<{ is_tied: boolean; is_recent: boolean }>`
    select exists (select from follows join actors on actors.id = follows.source_id
                    where follows.target_id = ${fromId} and actors.is_local)
           or exists (select from blocks join actors on actors.id = blocks.source_id
                       where blocks.target_id = ${fromId} and actors.is_local)
           or exists (select from actor_notes where about_id = ${fromId}) as is_tied,
           ${hasMovedSince(fromId, pauseBegan(now))} as is_recent`.execute(db)
  if (rows[0]?.is_tied !== true) return 'nobody here has to do with its actor'
  return rows[0].is_recent ? `its actor moved less than ${MOVE_PAUSE_DAYS} days ago` : null
}

/** Whether this very move took effect before: a profile goes on to tell of it, and the owner may have decided anew. */
export async function wasMoveFollowed(db: Querier, fromId: string, toUri: string): Promise<boolean> {
  const row = await db
    .selectFrom('actor_moves')
    .select('id')
    .where('from_id', '=', fromId)
    .where('to_uri', '=', toUri)
    .executeTakeFirst()
  return row !== undefined
}

/** @returns false when the actor moved a short while ago */
export async function followMove(
  tx: Transaction,
  home: Pick<Home, 'origin' | 'isBlockedDomain'>,
  moved: Moved,
  now: Date,
): Promise<boolean> {
  const { from, to, toUri } = moved
  await sql`select 1 from actors where id = ${from.id} for no key update`.execute(tx)
  const { rows } = await sql`
    insert into actor_moves (from_id, to_id, to_uri, moved_at)
    select ${from.id}, ${to.id}, ${toUri}, ${now}
     where not ${hasMovedSince(from.id, pauseBegan(now))}
    returning 1`.execute(tx)
  if (rows.length === 0) return false
  const followedBefore = await carryFollowsOver(tx, home, from, to, now)
  await carryBlocksOver(tx, home, { from, to, except: followedBefore }, now)
  await carryNotesOver(tx, from, to)
  await carryPermissionsOver(tx, from, to)
  return true
}

const hasMovedSince = (fromId: string, since: Date) =>
  sql<boolean>`exists (select from actor_moves where from_id = ${fromId} and moved_at > ${since})`

export function pauseBegan(now: Date): Date {
  return new Date(now.getTime() - MOVE_PAUSE_DAYS * 86_400_000)
}
