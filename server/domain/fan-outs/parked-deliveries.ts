/**
 * What waits for a host that is left alone. One delivery comes behind the probe of that host, should the probe be gone by then;
 * all others are parked, which costs nothing however many they are, and whatever closes the breaker frees them. Where that was
 * missed a sweep finds them: a delivery that was in a worker's hands at that moment was parked afterwards.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { fanOutGraph } from './fan-out-graph.ts'

/** What comes beside the probe of a host waits this much longer: it need not ask one that is still silent. */
export const BEHIND_PROBE_SECONDS = 120
/** How often the rows of a host that stays silent are written. */
const PARKED_SECONDS = 2 * 3_600
/** Rows of one host and one statement: the others are found by the next one, or put themselves off. */
const MOST_AT_ONCE = 2_000
/** Whoever waits no longer than this is not forgotten. */
const FORGOTTEN_AFTER_SECONDS = 60

/** Stored with deliveries that wait for their host, and for nothing else. */
export const SILENT_REASON = 'this server has been silent and is asked again later'
export const TROUBLED_REASON = 'this server failed lately, and others like it are tried first'
export const BESIDE_REASON = 'this server failed lately, and another delivery finds out how it does'
const HOST_REASONS = [SILENT_REASON, TROUBLED_REASON, BESIDE_REASON]

/** Within no lease: what a worker holds at this moment is left to its handler, which makes it the probe. */
const IS_WAITING = sql`fan_outs.state = 'new' and fan_outs.state_lock_token is null and fan_outs.state_next_attempt_at is not null`

/** Those that would come before their host is asked are parked, and the first is brought behind its probe. */
export async function parkDeliveries(tx: Transaction, hosts: readonly string[]): Promise<void> {
  if (hosts.length === 0) return
  await sql`
    with alone as (
      select peers.host, peers.retry_at + make_interval(secs => ${BEHIND_PROBE_SECONDS}) as behind_at,
             -- One that waits for an elder of its object would ask nobody.
             coalesce(
               (select id from fan_outs
                 where fan_outs.host = peers.host and ${IS_WAITING} and not has_elder order by id limit 1),
               (select id from fan_outs where fan_outs.host = peers.host and ${IS_WAITING} order by id limit 1)
             ) as first_id
        from peers where peers.host = any(${hosts}::text[]) and peers.retry_at is not null
    ), parked as (
      select first_id as id, behind_at as at from alone
      union all
      select later.id, behind_at + make_interval(secs => ${PARKED_SECONDS})
        from alone cross join lateral (
          select id from fan_outs
           where fan_outs.host = alone.host and ${IS_WAITING} and id <> first_id
             and state_next_attempt_at < behind_at
           order by id limit ${MOST_AT_ONCE}
        ) as later
    )
    update fan_outs set state_next_attempt_at = parked.at, state_error = ${SILENT_REASON}
      from parked where fan_outs.id = parked.id and ${IS_WAITING}`.execute(tx)
}

/** All that waits for these hosts is due. In pieces: each is seen by the next look, and nothing is locked for long. */
export async function freeDeliveries(db: Database, hosts: readonly string[]): Promise<void> {
  for (let freed = MOST_AT_ONCE; freed === MOST_AT_ONCE;) {
    const { numAffectedRows = 0n } = await sql`
      update fan_outs set state_next_attempt_at = now()
       where id in (select id from fan_outs
                     where host = any(${hosts}::text[]) and ${IS_WAITING} and state_next_attempt_at > now()
                     order by id limit ${MOST_AT_ONCE} for update skip locked)`.execute(db)
    freed = Number(numAffectedRows)
    if (freed > 0) await wakeWorker(db, fanOutGraph.table)
  }
}

/**
 * Deliveries that wait for a host that is left alone no more. Those that wait for something else say so.
 * @returns how many were found, at most `most`
 */
export async function freeForgotten(db: Querier, most: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    update fan_outs set state_next_attempt_at = now()
     where id in (select fan_outs.id from fan_outs join peers on peers.host = fan_outs.host
                   where ${IS_WAITING} and peers.retry_at is null
                     and (fan_outs.state_error is null or fan_outs.state_error = any(${HOST_REASONS}::text[]))
                     and fan_outs.state_next_attempt_at > now() + make_interval(secs => ${FORGOTTEN_AFTER_SECONDS})
                   order by fan_outs.id limit ${most} for update of fan_outs skip locked)`.execute(db)
  if (numAffectedRows > 0n) await wakeWorker(db, fanOutGraph.table)
  return Number(numAffectedRows)
}

/**
 * SQL of the moment at which what waits in this table of deliveries may go next, for people: when its host is asked again, where
 * that comes before its own time, as an answer makes all due. Null for what is in quarantine.
 */
export function nextTryOf(table: string): RawBuilder<Date | null> {
  const of = (column: string): RawBuilder<unknown> => sql.ref(`${table}.${column}`)
  return sql`case when ${of('state')} = 'new' and ${of('state_next_attempt_at')} is not null then
    least(${of('state_next_attempt_at')},
          (select greatest(peers.retry_at, now()) from peers
            where peers.host = ${of('host')} and peers.retry_at is not null)) end`
}
