/** When the outbox of somebody elsewhere is read, from where on, and how far it got. */
import { type SqlBool, sql } from 'kysely'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { IS_ASKABLE } from '../actors/askable-actors.ts'
import { outboxSweepGraph } from './outbox-sweep-graph.ts'

export type OutboxSweep = Row<'outbox_sweeps'>

/** Somebody is followed: their newest posts are read, known ones too, and take their place in the home timeline. */
export async function sweepForFollow(tx: Transaction, actorId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    insert into outbox_sweeps (actor_id, host, purpose, fills_timelines)
    select actors.id, actors.host, 'history', true from actors where actors.id = ${actorId} and ${IS_ASKABLE}
        on conflict (actor_id, purpose) do update
       set next_page_uri = null, fills_timelines = true
    returning id`.execute(tx)
  await moveRows(
    tx,
    outboxSweepGraph,
    rows.map(({ id }) => id),
    'reading',
    { priority: 0 },
  )
}

/** Somebody looks at a profile for the first time. */
export async function sweepForProfile(tx: Transaction, actorId: string): Promise<void> {
  const { numAffectedRows = 0n } = await sql`
    insert into outbox_sweeps (actor_id, host, purpose, state_priority)
    select actors.id, actors.host, 'history', 0 from actors where actors.id = ${actorId} and ${IS_ASKABLE}
        on conflict (actor_id, purpose) do nothing`.execute(tx)
  if (numAffectedRows > 0n) await wakeWorker(tx, outboxSweepGraph.table)
}

/** Somebody has come to the end of what is here: the next pages are read, if there are any. */
export async function sweepFurther(db: Database, actorId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select outbox_sweeps.id from outbox_sweeps join actors on actors.id = outbox_sweeps.actor_id
     where outbox_sweeps.actor_id = ${actorId} and purpose = 'history' and outbox_sweeps.state = 'rested'
       and ${IS_ASKABLE}`.execute(db)
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return
  await inTransaction(db, async (tx) => moveRows(tx, outboxSweepGraph, ids, 'reading', { priority: 0 }))
}

/**
 * Remembers where the reading goes on, in the transaction that stores what a page held.
 * @returns false when the sweep began anew meanwhile: then it is another handler's
 */
export async function noteSweptPage(
  tx: Transaction,
  sweep: Pick<OutboxSweep, 'id' | 'state_lock_token'>,
  nextPageUri: string | null,
  posts: number,
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    update outbox_sweeps
       set next_page_uri = ${nextPageUri}, pages_read = pages_read + 1, posts_found = posts_found + ${posts}
     where id = ${sweep.id} and ${isStillOurs(sweep)}`.execute(tx)
  return numAffectedRows > 0n
}

/** What is read later is for whoever looks at the profile, and comes into no timeline. */
export async function noteSweptToEnd(
  db: Querier,
  sweep: Pick<OutboxSweep, 'id' | 'state_lock_token'>,
): Promise<void> {
  await sql`update outbox_sweeps set fills_timelines = false where id = ${sweep.id} and ${isStillOurs(sweep)}`.execute(
    db,
  )
}

const isStillOurs = (sweep: Pick<OutboxSweep, 'state_lock_token'>) =>
  sql<SqlBool>`state_lock_token is not distinct from ${sweep.state_lock_token}::uuid`
