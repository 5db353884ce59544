/** Followers and followed of an identity, as the collections of the federation list them. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

export type FollowSide = 'followers' | 'following'

export interface FollowUri {
  /** Of the follow; pages go by it. */
  readonly id: string
  /** Of the actor at its other end. */
  readonly uri: string
}

const ENDS = {
  followers: { own: sql.ref('follows.target_id'), other: sql.ref('follows.source_id') },
  following: { own: sql.ref('follows.source_id'), other: sql.ref('follows.target_id') },
} as const

/** States in which a follow stands, seen from either end. */
const STANDS = {
  followers: sql`follows.state in ('accepting', 'accepted')`,
  following: sql`follows.state = 'accepted'`,
} as const

export async function countFollowsOf(db: Querier, actorId: string, side: FollowSide): Promise<number> {
  const { rows } = await sql<{ follows: number }>`
    select ${sql.ref(`${side}_count`)} as follows from actors where id = ${actorId}`.execute(db)
  return rows[0]?.follows ?? 0
}

/** Newest first. @param before  id of the follow that the page comes after; null for the first page */
export async function listFollowUris(
  db: Querier,
  actorId: string,
  side: FollowSide,
  before: string | null,
  limit: number,
): Promise<FollowUri[]> {
  const { own, other } = ENDS[side]
  const { rows } = await sql<FollowUri>`
    select follows.id, actors.uri from follows join actors on actors.id = ${other}
     where ${own} = ${actorId} and ${STANDS[side]} and actors.gone_at is null
       and (${before}::bigint is null or follows.id < ${before}::bigint)
     order by follows.id desc limit ${limit}`.execute(db)
  return rows
}
