/** Writes down how the minute before was: one statement, which also keeps the hours and deletes what is over. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

/** What the database does not know. */
export interface MinuteSample {
  /** Of all processes. */
  readonly memoryBytes: number | null
  /** Since the sample before. */
  readonly cacheHits: number
  readonly cacheMisses: number
  readonly diskFreeBytes: number | null
}

/** A day is drawn by the quarter of an hour, a month by the hour; a little more is kept than is drawn. */
const MINUTES_KEPT = '25 hours'
const HOURS_KEPT = '32 days'

/**
 * Of any number of processes that do so in one minute, the first counts. Ids hold the millisecond at which they were made, so
 * that what was received in a minute is one stretch of the key.
 * @param now  the minute before this moment is counted
 */
export async function recordStatistics(db: Querier, sample: MinuteSample, now: Date): Promise<void> {
  const idAt = (moment: ReturnType<typeof sql>) => sql`((extract(epoch from ${moment}) * 1000)::bigint << 16)`
  await sql`
    with place as (
      select date_trunc('minute', ${now}::timestamptz, 'UTC') - interval '1 minute' as starts_at,
             date_trunc('minute', ${now}::timestamptz, 'UTC') as ends_at
    ), expired as (
      delete from home_statistics
       where (grain = 'minute' and starts_at < ${now}::timestamptz - ${MINUTES_KEPT}::interval)
          or (grain = 'hour' and starts_at < ${now}::timestamptz - ${HOURS_KEPT}::interval)
          -- By a clock that has been set right since.
          or starts_at > ${now}::timestamptz
    ), counted as (
      select 'minute', starts_at, 1,
             (select count(*) from inbox_messages
               where id >= ${idAt(sql`starts_at`)} and id < ${idAt(sql`ends_at`)})::integer,
             (select count(*) from fan_outs
               where state = 'sent' and state_changed_at >= starts_at and state_changed_at < ends_at)::integer,
             (select count(*) from peers where last_failure_at >= starts_at and last_failure_at < ends_at)::integer
               + (select count(*) from fan_outs where state = 'failed'
                     and state_changed_at >= starts_at and state_changed_at < ends_at)::integer,
             (select count(*) from fan_outs where state = 'new')::integer,
             ${sample.memoryBytes}::bigint, ${sample.cacheHits}::bigint, ${sample.cacheMisses}::bigint,
             ${sample.diskFreeBytes}::bigint
        from place
    ), minute as (
      insert into home_statistics table counted on conflict do nothing returning *
    )
    insert into home_statistics as kept
    select 'hour', date_trunc('hour', starts_at, 'UTC'), samples, received, sent, failures, waiting, memory,
           cache_hits, cache_misses, disk_free
      from minute
        on conflict (grain, starts_at) do update
       set samples = kept.samples + 1,
           received = kept.received + excluded.received,
           sent = kept.sent + excluded.sent,
           failures = kept.failures + excluded.failures,
           waiting = greatest(kept.waiting, excluded.waiting),
           memory = coalesce((kept.memory * kept.samples + excluded.memory) / (kept.samples + 1),
                             excluded.memory, kept.memory),
           cache_hits = kept.cache_hits + excluded.cache_hits,
           cache_misses = kept.cache_misses + excluded.cache_misses,
           disk_free = coalesce(excluded.disk_free, kept.disk_free)`.execute(db)
}
