/** Whose profile matters to somebody here, and when its collections are read at their origin. */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { IS_ASKABLE } from '../actors/askable-actors.ts'
import { sweepForFollow, sweepForProfile } from '../outboxes/outbox-sweeps.ts'
import { profileReadingGraph } from './profile-reading-graph.ts'

/** What was read this long ago is read again when somebody looks. */
const FRESH = sql`interval '24 hours'`
/** However often a profile changes, its collections are not read more often than this. */
const SOONEST = sql`interval '5 minutes'`

/** An identity follows somebody elsewhere, who has accepted. */
export async function followedProfile(tx: Transaction, actorId: string): Promise<void> {
  await meetProfile(tx, actorId)
  await sweepForFollow(tx, actorId)
}

/** The owner looks at somebody's profile. */
export async function openProfile(tx: Transaction, actorId: string, now: Date): Promise<void> {
  const isNew = await meetProfile(tx, actorId)
  if (!isNew) await outdate(tx, actorId, sql`profile_readings.read_at < ${now}::timestamptz - ${FRESH}`)
  await sweepForProfile(tx, actorId)
}

/** The document of an actor was read: if the profile matters, so are its collections. */
export async function refreshProfile(tx: Transaction, actorId: string, now: Date): Promise<void> {
  await outdate(tx, actorId, sql`profile_readings.read_at < ${now}::timestamptz - ${SOONEST}`)
}

/** Nothing more is read of somebody who is gone, and nothing of it stays. */
export async function forgetProfile(tx: Transaction, actorId: string): Promise<void> {
  await sql`
    with hashtags as (delete from featured_hashtags where actor_id = ${actorId}),
         sweeps as (delete from outbox_sweeps where actor_id = ${actorId}),
         lists as (delete from origin_lists where actor_id = ${actorId})
    delete from profile_readings where id = ${actorId}`.execute(tx)
}

export interface FeaturedPlaces {
  readonly id: string
  readonly featured_uri: string | null
  readonly featured_tags_uri: string | null
  /** Whether the profile matters to somebody here. */
  readonly matters: boolean
}

/** Where actors of others keep what they feature. */
export async function findFeaturedPlaces(
  db: Querier,
  actorIds: readonly string[],
): Promise<Map<string, FeaturedPlaces>> {
  if (actorIds.length === 0) return new Map()
  const { rows } = await sql<FeaturedPlaces>`
    select actors.id, featured_uri, featured_tags_uri, profile_readings.id is not null as matters
      from actors left join profile_readings on profile_readings.id = actors.id
     where actors.id = any(${[...new Set(actorIds)]}::bigint[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

export interface OriginCounts {
  /** Null where the origin does not say. */
  readonly followers: number | null
  readonly following: number | null
  readonly posts: number | null
}

/** What is not told stays as it is known. */
export async function storeOriginCounts(
  tx: Transaction,
  actorId: string,
  { followers, following, posts }: OriginCounts,
): Promise<void> {
  await sql`
    update actors
       set followers_count = coalesce(${followers}::integer, followers_count),
           following_count = coalesce(${following}::integer, following_count),
           origin_posts_count = coalesce(${posts}::integer, origin_posts_count)
     where id = ${actorId} and domain_id is null`.execute(tx)
}

export async function profileWasRead(tx: Transaction, actorId: string, now: Date): Promise<void> {
  await tx.updateTable('profile_readings').set({ read_at: now }).where('id', '=', actorId).execute()
}

/** @returns whether nobody looked before */
async function meetProfile(tx: Transaction, actorId: string): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    insert into profile_readings (id, host, state_priority)
    select actors.id, actors.host, 0 from actors where actors.id = ${actorId} and ${IS_ASKABLE}
        on conflict (id) do nothing`.execute(tx)
  if (numAffectedRows > 0n) await wakeWorker(tx, profileReadingGraph.table)
  return numAffectedRows > 0n
}

async function outdate(
  tx: Transaction,
  actorId: string,
  isOld: ReturnType<typeof sql<boolean>>,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select profile_readings.id from profile_readings join actors on actors.id = profile_readings.id
     where profile_readings.id = ${actorId} and profile_readings.state = 'updated' and ${IS_ASKABLE}
       and (profile_readings.read_at is null or ${isOld})`.execute(tx)
  await moveRows(
    tx,
    profileReadingGraph,
    rows.map(({ id }) => id),
    'outdated',
  )
}
