/** What stands in front of the home, as its database knows it: whether anything does, whether it obeys, and since when that is proven. */
import { sql } from 'kysely'
import type { CdnKind } from '../../core/cdn-settings.ts'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import { inTransaction, notify, wakeWorker } from '../../db/transaction.ts'
import { fanOutGraph } from '../fan-outs/fan-out-graph.ts'
import { PURGE_MS } from './purger.ts'

export interface PurgeTarget {
  readonly kind: CdnKind
  /** Since when it has not done what it was told; null while it does. */
  readonly failingSince: Date | null
  readonly lastError: string | null
  readonly lastPurgedAt: Date | null
  /** Changes that it is still to be told of. */
  readonly waiting: number
}

/** Makes the database know what the settings say. Another kind has everything still to prove. */
export async function adoptPurgeTarget(db: Database, kind: CdnKind): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { rows } =
      kind === 'none'
        ? await sql`delete from purge_target returning id`.execute(tx)
        : await sql`
            insert into purge_target (kind) values (${kind})
                on conflict (id) do update
               set kind = excluded.kind, since = now(), failing_since = null, last_error = null,
                   last_purged_at = null
             where purge_target.kind <> excluded.kind
            returning id`.execute(tx)
    if (rows.length > 0) await withdrawProof(tx)
  })
}

/** Nobody keeps anything for longer than without a purge, until the next proof; every process is told. */
async function withdrawProof(tx: Transaction): Promise<void> {
  await tx.updateTable('edges').set({ purge_proven_at: null }).execute()
  await notify(tx, 'changed', 'edges')
}

/** One statement. Null where nothing stands in front. */
export async function readPurgeTarget(db: Querier): Promise<PurgeTarget | null> {
  const { rows } = await sql<PurgeTarget>`
    select kind, failing_since as "failingSince", last_error as "lastError", last_purged_at as "lastPurgedAt",
           (select count(*) from purges where state = 'new')::integer as waiting
      from purge_target`.execute(db)
  return rows[0] ?? null
}

/**
 * The caches have done what these rows say: deliveries that waited for it are due.
 * @returns whether this is the first time after failures
 */
export async function recordAnswered(db: Database, ids: readonly string[]): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    // Whoever queues deliveries at this moment holds the rows: its deliveries are seen by the next statement.
    await sql`
      update purges set answered_at = now() where id = any(${ids}::bigint[]) and answered_at is null`.execute(
      tx,
    )
    const { rows: hastened } = await sql<{ id: string }>`
      update fan_outs set state_next_attempt_at = now()
        from outbound_activities as activity
       where activity.purge_id = any(${ids}::bigint[]) and fan_outs.activity_id = activity.id
         and fan_outs.state = 'new' and fan_outs.state_lock_token is null and fan_outs.state_attempts = 0
         and fan_outs.state_priority in (0, 1)
         and fan_outs.state_next_attempt_at > now()
         and fan_outs.state_next_attempt_at <= now() + make_interval(secs => ${PURGE_MS / 1000})
      returning fan_outs.id`.execute(tx)
    if (hastened.length > 0) await wakeWorker(tx, fanOutGraph.table)
    const { rows } = await sql<{ wasFailing: boolean }>`
      with former as (select failing_since from purge_target)
      update purge_target set failing_since = null, last_error = null, last_purged_at = now()
        from former returning former.failing_since is not null as "wasFailing"`.execute(tx)
    return rows[0]?.wasFailing === true
  })
}

/**
 * The caches did not do it. What they keep is trusted no longer than it was without a purge, until the next proof.
 * @returns whether this is the first failure since they did
 */
export async function recordFailing(db: Database, problem: string): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const { rows } = await sql<{ isNew: boolean }>`
      with former as (select failing_since from purge_target for update)
      update purge_target set failing_since = coalesce(purge_target.failing_since, now()), last_error = ${problem}
        from former returning former.failing_since is null as "isNew"`.execute(tx)
    const isNew = rows[0]?.isNew === true
    if (isNew) await withdrawProof(tx)
    return isNew
  })
}
