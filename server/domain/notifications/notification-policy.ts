/** Whose notifications an identity wants to see, and how many wait by that. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { PolicyWord } from '../../db/notice-tables.ts'
import type { Querier } from '../../db/pool.ts'
import { fromShownActors } from './shown-notifications.ts'

export const POLICY_KINDS = [
  'not_following',
  'not_followers',
  'new_accounts',
  'private_mentions',
  'limited_accounts',
] as const

export type PolicyKind = (typeof POLICY_KINDS)[number]
export type PolicyWords = Readonly<Record<PolicyKind, PolicyWord>>

const columnOf = <K extends PolicyKind>(kind: K) => `for_${kind}` as const

/** Everybody is shown until the owner says otherwise: most apps have no place for what waits, and letters would get lost. */
export async function findPolicy(db: Querier, actorId: string): Promise<PolicyWords> {
  const row = await db
    .selectFrom('notification_policies')
    .selectAll()
    .where('actor_id', '=', actorId)
    .executeTakeFirst()
  const words = POLICY_KINDS.map((kind) => [kind, row?.[columnOf(kind)] ?? 'accept'] as const)
  return Object.fromEntries(words) as Record<PolicyKind, PolicyWord>
}

/** What is left out stays as it is. It counts for what comes from now on. */
export async function setPolicy(
  db: Querier,
  actorId: string,
  words: Partial<PolicyWords>,
): Promise<PolicyWords> {
  const given = POLICY_KINDS.flatMap((kind) => {
    const word = words[kind]
    return word === undefined ? [] : [[columnOf(kind), word] as const]
  })
  const columns = Object.fromEntries(given)
  if (given.length > 0) {
    await db
      .insertInto('notification_policies')
      .values({ actor_id: actorId, ...columns })
      .onConflict((conflict) => conflict.column('actor_id').doUpdateSet(columns))
      .execute()
  }
  return findPolicy(db, actorId)
}

export interface PendingCounts {
  readonly requests: number
  readonly notifications: number
}

export async function countPending(db: Querier, actorId: string): Promise<PendingCounts> {
  const { rows } = await sql<PendingCounts>`
    select count(distinct notifications.from_actor_id)::int as requests, count(*)::int as notifications
      from notifications where ${isPending(actorId)}`.execute(db)
  return rows[0] ?? { requests: 0, notifications: 0 }
}

/** True for notifications that wait for the owner's word. */
export const isPending = (actorId: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`(notifications.actor_id = ${actorId} and notifications.is_filtered
    and notifications.dismissed_at is null and ${fromShownActors(actorId, 'notifications')})`
