/**
 * What each graph did and what waited: rows waiting by minute for 2 hours; rows moved and failed attempts by hour for
 * 50 hours, by day for 62 days, by month for 3,653 days. Counted in memory, written in one statement per tick.
 */
import type { Querier } from '../db/pool.ts'
import { type Graph, automaticStatesOf } from './graph.ts'
import { identifier, literal, send, sendForCount } from './statement.ts'

type Grain = 'minute' | 'hour' | 'day' | 'month'

/** How far back each grain is kept, as an interval of PostgreSQL, and how many points that makes. */
const WINDOWS: Readonly<Record<Grain, { readonly keep: string; readonly points: number }>> = {
  minute: { keep: '2 hours', points: 120 },
  hour: { keep: '50 hours', points: 50 },
  day: { keep: '62 days', points: 62 },
  month: { keep: '3653 days', points: 120 },
}

/** Counting a longer queue than this would cost more than the figure is worth. */
const MOST_COUNTED = 100_000

interface Count {
  moved: number
  failed: number
}

/** Rows of a graph that are due and held by nobody, as a scalar subquery. */
export function countWaiting(graph: Graph): string {
  const states = automaticStatesOf(graph).map(literal).join(', ')
  return `(select count(*)::int from (
     select 1 from ${identifier(graph.table)}
      where state_priority in (0, 1) and state_next_attempt_at <= now() and (state in (${states})) is true
        and (state_locked_until is null or state_locked_until <= now())
      limit ${MOST_COUNTED}) as counted)`
}

export class Statistics {
  readonly #graphs: readonly Graph[]
  readonly #flushText: string
  readonly #flushWithQueueText: string
  #counts = new Map<string, Count>()

  constructor(graphs: readonly Graph[]) {
    this.#graphs = graphs
    this.#flushText = flushText(null)
    this.#flushWithQueueText = flushText(graphs)
  }

  add(graph: string, moved: number, failed: number): void {
    const count = this.#counts.get(graph) ?? { moved: 0, failed: 0 }
    count.moved += moved
    count.failed += failed
    this.#counts.set(graph, count)
  }

  /**
   * Writes what was counted since the last time. Nothing is lost when it fails: it is written the next time.
   * @param withQueue  also writes how many rows wait, and deletes what is older than its window: for one worker only
   */
  async flush(db: Querier, withQueue: boolean): Promise<void> {
    const counts = this.#counts
    if (!withQueue && counts.size === 0) return
    this.#counts = new Map()
    const all = [...counts]
    try {
      await sendForCount(db, withQueue ? this.#flushWithQueueText : this.#flushText, [
        all.map(([graph]) => graph),
        all.map(([, count]) => count.moved),
        all.map(([, count]) => count.failed),
      ])
    } catch (error) {
      for (const [graph, count] of all) this.add(graph, count.moved, count.failed)
      throw error
    }
  }

  async read(db: Querier): Promise<GraphStatistics[]> {
    return readStatistics(
      db,
      this.#graphs.map((graph) => graph.table),
    )
  }
}

/** @param waitingOf  graphs whose waiting rows are counted too, by the worker that also deletes what is over; null for none */
function flushText(waitingOf: readonly Graph[] | null): string {
  const waiting = (waitingOf ?? []).map((graph) => `select ${literal(graph.table)}, ${countWaiting(graph)}`)
  const expired = Object.entries(WINDOWS).map(
    ([grain, { keep }]) => `(grain = ${literal(grain)} and starts_at < now() - interval ${literal(keep)})`,
  )
  return `
  with counted (graph, moved, failed) as (select * from unnest($1::text[], $2::int[], $3::int[])),
       waiting (graph, queued) as (${waiting.join(' union all ') || 'select null, 0 where false'})
       ${waitingOf === null ? '' : `, expired as (delete from stator_counts where ${expired.join(' or ')})`}
  insert into stator_counts (graph, grain, starts_at, queued, handled, failed)
  select graph, grain, date_trunc(grain, now(), 'UTC'), 0, moved, failed
    from counted cross join unnest(array['hour', 'day', 'month']) as grains (grain)
   where moved + failed > 0
   union all
  select graph, 'minute', date_trunc('minute', now(), 'UTC'), queued, 0, 0 from waiting where queued > 0
      on conflict (graph, grain, starts_at) do update
     set queued = greatest(stator_counts.queued, excluded.queued),
         handled = stator_counts.handled + excluded.handled,
         failed = stator_counts.failed + excluded.failed`
}

export interface QueuePoint {
  readonly startsAt: Date
  /** Most rows that were seen waiting in this minute. */
  readonly queued: number
}

export interface HandledPoint {
  readonly startsAt: Date
  /** Rows moved on. */
  readonly handled: number
  /** Attempts that failed. */
  readonly failed: number
}

/** Points are in order of time, without gaps, the present one last; periods begin in UTC. */
export interface GraphStatistics {
  readonly graph: string
  /** 120 points. */
  readonly queuedByMinute: readonly QueuePoint[]
  /** 50 points. */
  readonly handledByHour: readonly HandledPoint[]
  /** 62 points. */
  readonly handledByDay: readonly HandledPoint[]
  /** 120 points. */
  readonly handledByMonth: readonly HandledPoint[]
}

interface StoredCount {
  readonly at: Date
  readonly graph: string | null
  readonly grain: Grain
  readonly starts_at: Date
  readonly queued: number
  readonly handled: number
  readonly failed: number
}

/** Reads the statistics of some graphs for the status page, in one statement. */
export async function readStatistics(db: Querier, graphs: readonly string[]): Promise<GraphStatistics[]> {
  const stored = await send<StoredCount>(
    db,
    `select present.at, c.* from (select now() as at) as present
       left join stator_counts c on c.graph = any($1::text[])`,
    [graphs],
  )
  const at = stored[0]?.at ?? new Date()
  const found = new Map(stored.map((row) => [`${row.graph} ${row.grain} ${row.starts_at?.getTime()}`, row]))
  return graphs.map((graph) => {
    const points = (grain: Grain): StoredPoint[] =>
      startsOf(grain, at).map((startsAt) => {
        const {
          queued = 0,
          handled = 0,
          failed = 0,
        } = found.get(`${graph} ${grain} ${startsAt.getTime()}`) ?? {}
        return { startsAt, queued, handled, failed }
      })
    return {
      graph,
      queuedByMinute: points('minute').map(({ startsAt, queued }) => ({ startsAt, queued })),
      handledByHour: points('hour').map(asHandled),
      handledByDay: points('day').map(asHandled),
      handledByMonth: points('month').map(asHandled),
    }
  })
}

interface StoredPoint extends QueuePoint, HandledPoint {}

function asHandled({ startsAt, handled, failed }: StoredPoint): HandledPoint {
  return { startsAt, handled, failed }
}

/** The beginnings of the periods of a window, in order, the one that holds `at` last. Pure; UTC. */
export function startsOf(grain: Grain, at: Date): Date[] {
  const { points } = WINDOWS[grain]
  return Array.from({ length: points }, (_, index) => {
    const back = points - 1 - index
    const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
    switch (grain) {
      case 'month':
        return new Date(Date.UTC(year, month - back, 1))
      case 'day':
        return new Date(Date.UTC(year, month, day - back))
      case 'hour':
        return new Date(Date.UTC(year, month, day, at.getUTCHours() - back))
      case 'minute':
        return new Date(Date.UTC(year, month, day, at.getUTCHours(), at.getUTCMinutes() - back))
    }
  })
}
