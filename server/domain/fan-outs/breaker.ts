/**
 * One breaker per host, in the rows of `peers`: a host that fails again and again is left alone until its next probe,
 * and all that waits for it waits in one statement. Any sign of life closes the breaker and makes everything due.
 *
 * A host is probed after as long as it has been silent: at least a minute, at most half an hour, and once a day after
 * seven silent days, when it counts as unavailable and gets nothing new.
 * @see security rule 105
 */
import { type RawBuilder, sql } from 'kysely'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { WANTS_RFC9421 } from '../peers/signature-preference.ts'
import { hastenHost, hastenHosts, moveRows } from '../../stator/move.ts'
import { OFFLINE_REASON } from './after-delivery.ts'
import { peerGraph } from '../peers/peer-graph.ts'
import { fanOutGraph } from './fan-out-graph.ts'
import { freeDeliveries, parkDeliveries } from './parked-deliveries.ts'

/** Failures in a row after which the breaker opens. */
export const FAILURES_TO_OPEN = 3
const LEAST_PROBE_SECONDS = 60
const MOST_PROBE_SECONDS = 1_800
const UNAVAILABLE_AFTER_SECONDS = 7 * 86_400
const UNAVAILABLE_PROBE_SECONDS = 86_400
/** Of what a host may ask for. */
const MOST_PATIENCE_SECONDS = 86_400
export type PeerFacts = Pick<
  Row<'peers'>,
  'host' | 'failures' | 'failing_since' | 'retry_at' | 'prefers_rfc9421' | 'wants_ed25519' | 'unavailable_at'
>

/** Columns of `PeerFacts`. The database says when a host is tried again: `retry_at` is told in the time of whoever asks. */
const factsAt = (now: Date): RawBuilder<unknown> => sql`
  peers.host, peers.failures, peers.failing_since, peers.retry_at + (${now}::timestamptz - now()) as retry_at,
  ${WANTS_RFC9421} as prefers_rfc9421, peers.wants_ed25519, peers.unavailable_at`

/** Hosts that fail or that want to be spoken to in a particular way; of all others there is nothing to know. */
export async function listRemarkablePeers(db: Querier, now: Date): Promise<PeerFacts[]> {
  const { rows } = await sql<PeerFacts>`
    select ${factsAt(now)} from peers where failures > 0 or ${WANTS_RFC9421}`.execute(db)
  return rows
}

/** Whatever is to be known of these. */
export async function listPeers(db: Querier, hosts: readonly string[], now: Date): Promise<PeerFacts[]> {
  const { rows } = await sql<PeerFacts>`
    select ${factsAt(now)} from peers where host = any(${hosts}::text[])`.execute(db)
  return rows
}

export interface PeerFailure {
  readonly host: string
  /** Deliveries that failed since the last report. */
  readonly failures: number
  /** For the owner to read: the last thing that went wrong. */
  readonly error: string
  /** The host asked for as much patience; null where it did not. */
  readonly retryAfterSeconds: number | null
}

/** Hosts that went silent together are not asked together. */
const JITTER = sql`(0.75 + 0.5 * random())`
const SILENT_SECONDS = sql`extract(epoch from now() - coalesce(peers.failing_since, now()))`

/**
 * Counts failures, opens breakers and lets everything that waits for their hosts wait on.
 * @param now  asked for where the database is asked, which may be a while later
 * @returns the hosts as they are now
 */
export async function recordFailures(
  db: Database,
  failures: readonly PeerFailure[],
  now: () => Date,
): Promise<PeerFacts[]> {
  if (failures.length === 0) return []
  return inTransaction(db, async (tx) => {
    const peers = await countFailures(tx, failures, now())
    const hostsOf = (name: 'retry_at' | 'unavailable_at'): string[] =>
      peers.flatMap((peer) => (peer[name] === null ? [] : [peer.host]))
    await parkDeliveries(tx, hostsOf('retry_at'))
    // Nothing new is queued for these, so that no delivery will find out that they are back: they are asked daily.
    await moveRows(tx, peerGraph, hostsOf('unavailable_at'), 'unreachable')
    return peers
  })
}

async function countFailures(
  tx: Transaction,
  failures: readonly PeerFailure[],
  now: Date,
): Promise<PeerFacts[]> {
  const { rows } = await sql<PeerFacts>`
    with given as (
      select host, failures, error,
             now() + make_interval(secs => least("retryAfterSeconds", ${MOST_PATIENCE_SECONDS})) as patience_to
        from jsonb_to_recordset(${JSON.stringify(failures)}::jsonb)
             as given (host text, failures integer, error text, "retryAfterSeconds" float8)
    )
    insert into peers (host, failures, failing_since, last_failure_at, last_error, retry_at)
    select host, failures, now(), now(), error,
           case when failures >= ${FAILURES_TO_OPEN}
                then greatest(now() + make_interval(secs => ${LEAST_PROBE_SECONDS}), patience_to) end
      from given order by host
        on conflict (host) do update
       set failures = peers.failures + excluded.failures,
           failing_since = coalesce(peers.failing_since, now()),
           last_failure_at = now(),
           last_error = excluded.last_error,
           unavailable_at = coalesce(peers.unavailable_at,
             case when ${SILENT_SECONDS} >= ${UNAVAILABLE_AFTER_SECONDS} then now() end),
           retry_at = case
             -- One that was put off stays open, and what waits for it stays where it is.
             when peers.failures + excluded.failures < ${FAILURES_TO_OPEN} and peers.retry_at is null then null
             when ${SILENT_SECONDS} >= ${UNAVAILABLE_AFTER_SECONDS}
               then now() + make_interval(secs => ${UNAVAILABLE_PROBE_SECONDS})
             else greatest(
               now() + make_interval(secs =>
                 least(${MOST_PROBE_SECONDS}, greatest(${LEAST_PROBE_SECONDS}, ${SILENT_SECONDS}) * ${JITTER})),
               (select patience_to from given where given.host = excluded.host)) end
    returning ${factsAt(now)}`.execute(tx)
  return rows
}

export interface PutOff {
  readonly host: string
  /** Until its turn comes. */
  readonly seconds: number
}

/**
 * Hosts that failed and whose turn to be tried has not come: they are left alone until then, as if they had been asked in vain,
 * and all that waits for them waits with them. However much that is, it costs next to nothing while it waits.
 * @returns those of the hosts that are in trouble still, as they are now
 */
export async function putOffHosts(
  db: Database,
  hosts: readonly PutOff[],
  now: () => Date,
): Promise<PeerFacts[]> {
  if (hosts.length === 0) return []
  return inTransaction(db, async (tx) => {
    const { rows } = await sql<PeerFacts>`
      with troubled as (
        select peers.host, given.seconds
          from peers join jsonb_to_recordset(${JSON.stringify(hosts)}::jsonb) as given (host text, seconds float8)
               on given.host = peers.host
         where peers.failures > 0 order by peers.host for update of peers
      )
      update peers set retry_at = greatest(peers.retry_at, now() + make_interval(secs => troubled.seconds))
        from troubled where peers.host = troubled.host
      returning ${factsAt(now())}`.execute(tx)
    await parkDeliveries(
      tx,
      rows.map(({ host }) => host),
    )
    return rows
  })
}

const IS_ASLEEP = sql`peers.state = 'unreachable' and peers.state_lock_token is null`

/**
 * A sign of life: a delivery that was answered, or verified traffic that came in. Cheap where nothing was wrong. That a delivery
 * was answered is for `recordSuccesses` to write.
 * Where it was open, all that waits for the host is due; where it was not, a delivery that waits by its own back-off goes on waiting.
 * @returns the hosts that were in trouble
 */
export async function closeBreakers(db: Database, hosts: readonly string[]): Promise<string[]> {
  if (hosts.length === 0) return []
  const troubled = await listTroubled(db, hosts)
  if (troubled.length === 0) return []
  const { rows } = await inTransaction(db, async (tx) =>
    sql<{ host: string; was_open: boolean }>`
      with troubled as (
        select host, retry_at is not null as was_open from peers
         where host = any(${troubled}::text[]) and failures > 0 order by host for update
      )
      update peers
         set failures = 0, failing_since = null, retry_at = null, unavailable_at = null, last_error = null,
             -- Whoever was silent is asked anew what it runs.
             state = case when ${IS_ASLEEP} then 'outdated' else state end,
             state_changed_at = case when ${IS_ASLEEP} then now() else state_changed_at end,
             state_next_attempt_at = case when ${IS_ASLEEP} then now() else state_next_attempt_at end
        from troubled where peers.host = troubled.host
      returning peers.host, was_open`.execute(tx),
  )
  // A look of its own: what others parked until a moment ago is seen only now.
  const opened = rows.flatMap((row) => (row.was_open ? [row.host] : []))
  if (opened.length > 0) await freeDeliveries(db, opened)
  return rows.map((row) => row.host)
}

async function listTroubled(db: Querier, hosts: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('peers')
    .select('host')
    .where(sql<boolean>`host = any(${hosts}::text[])`)
    .where('failures', '>', 0)
    .execute()
  return rows.map(({ host }) => host)
}

/**
 * The owner wants a host tried now. It is no sign of life: one more failure, and the breaker is open again.
 * @returns how many deliveries are due by it; null for a host that is not known
 */
export async function tryHostNow(tx: Transaction, host: string): Promise<number | null> {
  const known = await reopen(tx, [host])
  return known.length === 0 ? null : hastenHost(tx, fanOutGraph, host)
}

/** As above for many. */
export async function tryHostsNow(tx: Transaction, hosts: readonly string[]): Promise<void> {
  if (hosts.length === 0) return
  await reopen(tx, hosts)
  await hastenHosts(tx, fanOutGraph, hosts, '')
}

/** @returns those of them that are known */
async function reopen(tx: Transaction, hosts: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ host: string }>`
    update peers
       set retry_at = null, unavailable_at = null, failures = least(failures, ${FAILURES_TO_OPEN - 1})
     where host in (select host from peers where host = any(${hosts}::text[]) order by host for update)
    returning host`.execute(tx)
  const known = rows.map(({ host }) => host)
  await moveRows(tx, peerGraph, known, 'outdated')
  return known
}

const LATELY_SECONDS = 3_600
/** Whoever fell silent so lately may have done so because of our own line. */
const LATELY = sql`make_interval(secs => ${LATELY_SECONDS})`

/** Whether the trouble of a host is young: its breaker has not opened, or the owner wants it tried, or it began lately. */
export function isYoungTrouble(
  { failures, failing_since: since }: Pick<PeerFacts, 'failures' | 'failing_since'>,
  now: Date,
): boolean {
  if (failures < FAILURES_TO_OPEN) return true
  return since !== null && now.getTime() - since.getTime() < LATELY_SECONDS * 1000
}

/**
 * Our own line was gone, or is another: hosts that have failed only lately are tried now. As above, it is no sign of life.
 * What waits for the line itself follows its probe. Every worker hears of it, and one does it. Two statements.
 * @returns these hosts
 */
export async function trySilentHosts(tx: Transaction): Promise<string[]> {
  const rows = await tx
    .updateTable('peers')
    .set({ retry_at: null, failures: sql<number>`least(failures, ${FAILURES_TO_OPEN - 1})` })
    .where(
      sql<boolean>`host in (
        select host from peers
         where failures > 0 and unavailable_at is null and failing_since > now() - ${LATELY}
         order by host for update skip locked)`,
    )
    .returning('host')
    .execute()
  const hosts = rows.map(({ host }) => host)
  if (hosts.length > 0) await hastenHosts(tx, fanOutGraph, hosts, OFFLINE_REASON)
  return hosts
}

/** Longer than any host is left alone. */
const FAR = sql`now() + interval '2 days'`

/**
 * Hosts that a clock which was far ahead has put to rest would be left alone until its time: they are tried now. As above, it is
 * no sign of life. Since when they are silent stays as it is: it may as well be that the clock is behind now.
 * @returns these hosts, at most `most`
 */
export async function tryFarHosts(tx: Transaction, most: number): Promise<string[]> {
  const { rows } = await sql<{ host: string }>`
    update peers
       set retry_at = null, unavailable_at = null, failures = least(failures, ${FAILURES_TO_OPEN - 1}),
           state = case when ${IS_ASLEEP} then 'outdated' else state end,
           state_changed_at = case when ${IS_ASLEEP} then now() else state_changed_at end,
           state_next_attempt_at = case when ${IS_ASLEEP} then now() else state_next_attempt_at end
     where host in (
       select host from peers where retry_at > ${FAR} or unavailable_at > ${FAR}
        order by host limit ${most} for update skip locked)
    returning host`.execute(tx)
  const hosts = rows.map(({ host }) => host)
  if (hosts.length === 0) return hosts
  await wakeWorker(tx, peerGraph.table)
  await hastenHosts(tx, fanOutGraph, hosts, OFFLINE_REASON)
  return hosts
}

/** @returns those of the hosts that have ever answered a delivery */
export async function listAnswered(db: Querier, hosts: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('peers')
    .select('host')
    .where(sql<boolean>`host = any(${hosts}::text[])`)
    .where('last_success_at', 'is not', null)
    .execute()
  return rows.map(({ host }) => host)
}

/** Hosts that answered a delivery, some of them for the first time; known troubles are not theirs. */
export async function recordSuccesses(db: Querier, hosts: readonly string[]): Promise<void> {
  if (hosts.length === 0) return
  await sql`
    insert into peers (host, last_success_at)
    select host, now() from unnest(${hosts}::text[]) as host order by host
        on conflict (host) do update set last_success_at = now()`.execute(db)
  await wakeWorker(db, 'peers')
}
