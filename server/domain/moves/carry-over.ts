/** What the identities have to do with one actor, made to hold for another: an identity at a time, since they are few. */
import { sql } from 'kysely'
import { isHomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import type { Actor } from '../actors/actor.ts'
import { blockActor, muteActor } from '../blocks/block-actor.ts'
import { LIVING_FOLLOW_STATES, followActor, unfollowActor } from '../follows/follow-actor.ts'
import { carryMembership } from '../lists/members.ts'
import type { Home } from '../owner/home.ts'

type HomeNames = Pick<Home, 'origin' | 'isBlockedDomain'>

/** Longest private note, in characters; what comes along is cut. */
const MAX_NOTE_LENGTH = 2_000

/**
 * Identities that follow the old actor, or asked to, follow the new one in the same way and the old one no longer. Where a
 * block stands between, the old follow stays.
 * @returns the identities that followed the new actor already
 */
export async function carryFollowsOver(
  tx: Transaction,
  home: HomeNames,
  from: Actor,
  to: Actor,
  now: Date,
): Promise<Set<string>> {
  const before = new Set((await listFollowsBy(tx, to)).map(({ source_id: id }) => id))
  for (const follow of await listFollowsBy(tx, from)) {
    const source = await tx
      .selectFrom('actors')
      .selectAll()
      .where('id', '=', follow.source_id)
      .executeTakeFirstOrThrow()
    const isThere = source.id === to.id || before.has(source.id)
    if (isThere || (await followsAlike(tx, home, { source, to, follow }, now))) {
      // Before the old follow ends, which ends what hangs on it.
      await carryMembership(tx, source.id, from.id, to.id)
      await carryEndorsement(tx, source, from, to)
      await unfollowActor(tx, source, from, now)
    }
  }
  return before
}

async function listFollowsBy(tx: Transaction, target: Pick<Actor, 'id'>): Promise<Row<'follows'>[]> {
  return tx
    .selectFrom('follows')
    .innerJoin('actors', 'actors.id', 'follows.source_id')
    .selectAll('follows')
    .where('follows.target_id', '=', target.id)
    .where('follows.state', 'in', [...LIVING_FOLLOW_STATES])
    .where('actors.domain_id', 'is not', null)
    .where('actors.gone_at', 'is', null)
    .orderBy('follows.id')
    .forUpdate('follows')
    .execute()
}

async function carryEndorsement(
  tx: Transaction,
  source: Pick<Actor, 'id'>,
  from: Pick<Actor, 'id'>,
  to: Pick<Actor, 'id'>,
): Promise<void> {
  if (source.id === to.id) return
  await sql`
    insert into endorsements (actor_id, target_id, created_at)
    select actor_id, ${to.id}, created_at from endorsements
     where actor_id = ${source.id} and target_id = ${from.id}
        on conflict do nothing`.execute(tx)
}

interface FollowParts {
  readonly source: Actor
  readonly to: Actor
  readonly follow: Row<'follows'>
}

/** @returns false where the new actor cannot be followed */
async function followsAlike(
  tx: Transaction,
  home: HomeNames,
  { source, to, follow }: FollowParts,
  now: Date,
): Promise<boolean> {
  const { shows_boosts: showsBoosts, notifies, languages } = follow
  try {
    await followActor(tx, home, source, to, { showsBoosts, notifies, languages }, now)
    return true
  } catch (error) {
    // Refused before anything was written: by a block, or since one of the two is gone.
    if (isHomebirdError(error, 'FORBIDDEN') || isHomebirdError(error, 'NOT_FOUND')) return false
    throw error
  }
}

interface BlockParts {
  readonly from: Actor
  readonly to: Actor
  /** Identities that have made up their mind about the new actor: they follow. */
  readonly except: ReadonlySet<string>
}

export async function carryBlocksOver(
  tx: Transaction,
  home: HomeNames,
  { from, to, except }: BlockParts,
  now: Date,
): Promise<void> {
  const blocks = await tx
    .selectFrom('blocks')
    .innerJoin('actors', 'actors.id', 'blocks.source_id')
    .selectAll('blocks')
    .select('actors.host')
    .where('blocks.target_id', '=', from.id)
    .where('blocks.state', 'not in', ['undone', 'undone_sent'])
    .where('actors.domain_id', 'is not', null)
    .where(sql<boolean>`(blocks.expires_at is null or blocks.expires_at > ${now})`)
    .where(
      sql<boolean>`not exists (
        select from blocks as known
         where known.source_id = blocks.source_id and known.target_id = ${to.id} and known.is_mute = blocks.is_mute
           and known.state not in ('undone', 'undone_sent'))`,
    )
    .orderBy('blocks.id')
    .execute()
  for (const block of blocks) {
    const source = { id: block.source_id, host: block.host }
    if (source.id === to.id || except.has(source.id)) continue
    const options = { hidesNotifications: block.hides_notifications, expiresAt: block.expires_at }
    if (block.is_mute) await muteActor(tx, home, source, to, options, now)
    else await blockActor(tx, home, source, to, now)
  }
}

/** Whoever was accepted is no stranger under the new name either. */
export async function carryPermissionsOver(tx: Transaction, from: Actor, to: Actor): Promise<void> {
  await sql`
    insert into notification_permissions (actor_id, from_actor_id)
    select actor_id, ${to.id} from notification_permissions where from_actor_id = ${from.id} and actor_id <> ${to.id}
        on conflict do nothing`.execute(tx)
}

/** A note about the new actor stays, and gets the other below it. */
export async function carryNotesOver(tx: Transaction, from: Actor, to: Actor): Promise<void> {
  await sql`
    insert into actor_notes (actor_id, about_id, note)
    select actor_id, ${to.id}, note from actor_notes where about_id = ${from.id} and actor_id <> ${to.id}
        on conflict (actor_id, about_id) do update
       set note = left(actor_notes.note || E'\n' || excluded.note, ${MAX_NOTE_LENGTH}), updated_at = now()
     where position(excluded.note in actor_notes.note) = 0`.execute(tx)
}
