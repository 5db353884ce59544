/** How the home did over a day, a week or a month, for charts and for when the disk will be full. */
import { sql } from 'kysely'
import type { History, HistoryPoint, HistorySpan } from '../../contracts/home-status.ts'
import type { Querier } from '../../db/pool.ts'

interface SpanShape {
  readonly grain: 'minute' | 'hour'
  readonly seconds: number
  readonly points: number
}

const SPANS: Readonly<Record<HistorySpan, SpanShape>> = {
  day: { grain: 'minute', seconds: 900, points: 96 },
  week: { grain: 'hour', seconds: 3_600, points: 168 },
  month: { grain: 'hour', seconds: 21_600, points: 120 },
}

interface StoredPoint {
  readonly bin: number
  readonly received: number
  readonly sent: number
  readonly failures: number
  readonly waiting: number
  readonly memory: number | null
  readonly hits: number
  readonly misses: number
}

/** One statement. */
export async function readHistory(db: Querier, span: HistorySpan, now: Date): Promise<History> {
  const { grain, seconds, points } = SPANS[span]
  const lastBin = Math.floor(now.getTime() / 1_000 / seconds)
  const firstBin = lastBin - points + 1
  const { rows } = await sql<StoredPoint>`
    select floor(extract(epoch from starts_at) / ${seconds}::float8)::float8 as bin,
           sum(received)::float8 as received, sum(sent)::float8 as sent, sum(failures)::float8 as failures,
           max(waiting)::float8 as waiting, avg(memory)::float8 as memory,
           sum(cache_hits)::float8 as hits, sum(cache_misses)::float8 as misses
      from home_statistics
     where grain = ${grain} and starts_at >= to_timestamp(${firstBin * seconds}::float8)
     group by 1`.execute(db)
  const found = new Map(rows.map((row) => [row.bin, row]))
  const bins = Array.from({ length: points }, (_, index) => firstBin + index)
  return {
    span,
    secondsPerPoint: seconds,
    points: bins.map((bin) => pointOf(new Date(bin * seconds * 1_000), found.get(bin))),
  }
}

function pointOf(startsAt: Date, row: StoredPoint | undefined): HistoryPoint {
  return {
    startsAt: startsAt.toISOString(),
    received: row?.received ?? null,
    sent: row?.sent ?? null,
    failures: row?.failures ?? null,
    waiting: row?.waiting ?? null,
    memoryBytes: row?.memory === null || row === undefined ? null : Math.round(row.memory),
    cacheHits: row?.hits ?? null,
    cacheMisses: row?.misses ?? null,
  }
}

const TREND = '7 days'
/** What fills in the first hours after a start says nothing of the weeks to come. */
const LEAST_TREND_SECONDS = 86_400
const MOST_DAYS = 3_650

/** By a straight line through the last seven days; null where there are too few, or where the disk does not fill. */
export async function readDaysUntilFull(db: Querier, freeBytes: number, now: Date): Promise<number | null> {
  const { rows } = await sql<{ slope: number | null; seconds: number | null }>`
    select regr_slope(disk_free, extract(epoch from starts_at)) as slope,
           extract(epoch from max(starts_at) - min(starts_at))::float8 as seconds
      from home_statistics
     where grain = 'hour' and disk_free is not null
       and starts_at > ${now}::timestamptz - ${TREND}::interval and starts_at <= ${now}::timestamptz`.execute(
    db,
  )
  const { slope = null, seconds = null } = rows[0] ?? {}
  if (slope === null || seconds === null || seconds < LEAST_TREND_SECONDS || slope >= 0) return null
  const days = freeBytes / -slope / 86_400
  return days > MOST_DAYS ? null : Math.floor(days)
}
