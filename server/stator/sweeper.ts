/**
 * Removes what has expired, a bounded piece at a time: rows past their `deleteAfterSeconds`, rows past the timeout of
 * their state that no attempt will look at in time, and whatever else the worker is given. One worker sweeps at a time.
 */
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Database, Querier } from '../db/pool.ts'
import { SELDOM } from '../db/prepared.ts'
import { wakeWorker } from '../db/transaction.ts'
import { hastenFarRows } from './far-future.ts'
import { type Graph, automaticStatesOf, dueAfterSeconds, isAutomatic } from './graph.ts'
import { identifier, literal, send, sendForCount } from './statement.ts'
import type { Statistics } from './statistics.ts'
import { ADVISORY_LOCK } from '../core/advisory-locks.ts'

/** Something that expires outside of the graphs. */
export interface Sweep {
  /** For the log, such as `tombstones`. */
  readonly name: string
  /** At most this often; without it with every tick. */
  readonly everySeconds?: number
  /**
   * Deletes or empties at most `batchSize` rows, in statements of its own; called again while it returns as many.
   * @returns how many rows it was
   */
  run(db: Querier, batchSize: number): Promise<number>
}

interface SweeperOptions {
  readonly db: Database
  readonly graphs: readonly Graph[]
  readonly sweeps: readonly Sweep[]
  readonly statistics: Statistics
  readonly clock: Clock
  readonly log: Logger
  /** Rows of a paused graph are not timed out: they could not be tried. */
  readonly isPaused: (graph: Graph) => boolean
}

const BATCH = 500
/** Most time of one tick; what is left waits for the next. */
const TICK_MS = 10_000
/** A row that has been due this long although workers ran was not merely waiting for the machine to be switched on. */
const OVERDUE = '1 hour'
const OVERDUE_MS = 3_600_000
/** A clock is seldom set right. */
const FAR_EVERY_MS = 600_000
/** Held by the session that sweeps. */
const SWEEP_LOCK = ADVISORY_LOCK.sweep

interface Job {
  readonly name: string
  readonly everyMs: number
  run(db: Querier): Promise<number>
}

export class Sweeper {
  readonly #options: SweeperOptions
  readonly #jobs: readonly Job[]
  /** Monotonic milliseconds at which a job of its own rhythm may run again. */
  readonly #nextAtMs = new Map<string, number>()
  readonly #openedAtMs: number

  constructor(options: SweeperOptions) {
    this.#options = options
    this.#openedAtMs = options.clock.monotonicMs()
    const hasRunLong = (): boolean => options.clock.monotonicMs() - this.#openedAtMs > OVERDUE_MS
    this.#jobs = [
      ...options.graphs.flatMap((graph) => jobsOf(graph, hasRunLong, options.isPaused)),
      ...options.sweeps.map((sweep) => ({
        name: sweep.name,
        everyMs: (sweep.everySeconds ?? 0) * 1000,
        run: async (db: Querier) => sweep.run(db, BATCH),
      })),
    ]
  }

  /**
   * Sweeps for at most about 10 s and writes the statistics. A job that fails is logged, the others still run.
   * @param signal  aborted when the worker stops; the statement in flight ends first
   * @returns false when another worker sweeps at this moment: then only this worker's own counts are written
   * @throws the driver's errors when the database cannot be reached
   */
  async tick(signal: AbortSignal): Promise<boolean> {
    const { db, statistics } = this.#options
    return db.connection().execute(async (connection) => {
      const isOurs = await tryLock(connection)
      try {
        await statistics.flush(connection, isOurs)
        if (isOurs) await this.#sweep(connection, signal)
      } finally {
        if (isOurs) await send(connection, 'select pg_advisory_unlock($1)', [SWEEP_LOCK])
      }
      return isOurs
    })
  }

  /** Every job gets one batch in turn until all are done or the time is over, so that a long one starves no other. */
  async #sweep(db: Querier, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options
    const startedAtMs = clock.monotonicMs()
    let open = this.#jobs.filter((job) => (this.#nextAtMs.get(job.name) ?? 0) <= startedAtMs)
    while (open.length > 0) {
      const unfinished: Job[] = []
      for (const job of open) {
        if (signal.aborted || clock.monotonicMs() - startedAtMs > TICK_MS) return
        const swept = await this.#runJob(job, db)
        if (swept > 0) log.debug({ event: 'stator.swept', sweep: job.name, rows: swept })
        if (swept >= BATCH) unfinished.push(job)
        else if (job.everyMs > 0) this.#nextAtMs.set(job.name, clock.monotonicMs() + job.everyMs)
      }
      open = unfinished
    }
  }

  async #runJob(job: Job, db: Querier): Promise<number> {
    try {
      return await job.run(db)
    } catch (error) {
      this.#options.log.warn({ event: 'stator.sweep_failed', sweep: job.name, error })
      return 0
    }
  }
}

async function tryLock(db: Querier): Promise<boolean> {
  const rows = await send<{ ours: boolean }>(db, 'select pg_try_advisory_lock($1) as ours', [SWEEP_LOCK])
  return rows[0]?.ours === true
}

function jobsOf(graph: Graph, hasRunLong: () => boolean, isPaused: SweeperOptions['isPaused']): Job[] {
  const jobs = Object.keys(graph.states).flatMap((state) => [
    deleteJob(graph, state),
    timeoutJob(graph, state, hasRunLong, isPaused),
  ])
  return [...jobs, tidyJob(graph), farJob(graph)].filter((job) => job !== null)
}

function deleteJob(graph: Graph, state: string): Job | null {
  const seconds = graph.states[state]?.deleteAfterSeconds
  if (seconds === undefined) return null
  const [table, key] = [identifier(graph.table), identifier(graph.key)]
  const text = `${SELDOM}
    delete from ${table} where ${key} in (
      select ${key} from ${table}
       where state = ${literal(state)} and state_changed_at <= now() - $1::float8 * interval '1 second'
       order by state_changed_at limit ${BATCH} for update skip locked)`
  return {
    name: `${graph.table}.${state} delete`,
    everyMs: 0,
    run: async (db) => sendForCount(db, text, [seconds]),
  }
}

/**
 * The timeout of an automatic state is checked after each attempt. Here are the rows that have none to come in time:
 * in a state without handler, waiting for an attempt that lies beyond the timeout, or due for hours and never reached
 * although this worker ran all the time. A row that fell due while the machine was off gets its attempt first, and one
 * in quarantine stays.
 */
function timeoutJob(
  graph: Graph,
  state: string,
  hasRunLong: () => boolean,
  isPaused: SweeperOptions['isPaused'],
): Job | null {
  const { timeoutSeconds, timeoutState } = graph.states[state] ?? {}
  if (timeoutSeconds === undefined || timeoutState === undefined) return null
  const [table, key] = [identifier(graph.table), identifier(graph.key)]
  const isReached = isAutomatic(graph, state)
    ? `(state_next_attempt_at > now() or ($3::boolean and state_next_attempt_at < now() - interval '${OVERDUE}'))`
    : `$3::boolean is not null`
  const text = `${SELDOM}
    update ${table}
       set state = ${literal(timeoutState)}, state_changed_at = now(),
           state_next_attempt_at = now() + $2::float8 * interval '1 second',
           state_attempts = 0, state_errors = 0, state_deaths = 0,
           state_error = 'timed out' || coalesce(': ' || state_error, '')
     where ${key} in (
      select ${key} from ${table}
       where state = ${literal(state)} and state_changed_at <= now() - $1::float8 * interval '1 second'
         and state_lock_token is null and ${isReached}
       order by state_changed_at limit ${BATCH} for update skip locked)`
  const dueAfter = dueAfterSeconds(graph, timeoutState)
  return {
    name: `${graph.table}.${state} timeout`,
    everyMs: 0,
    async run(db) {
      if (isPaused(graph)) return 0
      const moved = await sendForCount(db, text, [timeoutSeconds, dueAfter, hasRunLong()])
      if (moved > 0 && dueAfter !== null) await wakeWorker(db, graph.table)
      return moved
    },
  }
}

function farJob(graph: Graph): Job {
  return {
    name: `${graph.table} far`,
    everyMs: FAR_EVERY_MS,
    run: async (db) => hastenFarRows(db, graph, BATCH),
  }
}

/** A row that was stored with an attempt planned in a state without handler would head the queue for ever. */
function tidyJob(graph: Graph): Job | null {
  const automatic = new Set(automaticStatesOf(graph))
  const others = Object.keys(graph.states).filter((state) => !automatic.has(state))
  if (others.length === 0) return null
  const [table, key] = [identifier(graph.table), identifier(graph.key)]
  const text = `${SELDOM}
    update ${table} set state_next_attempt_at = null
     where ${key} in (
      select ${key} from ${table}
       where state_priority in (0, 1) and state_next_attempt_at <= now()
         and (state in (${others.map(literal).join(', ')})) is true and state_lock_token is null
       limit ${BATCH} for update skip locked)`
  return { name: `${graph.table} tidy`, everyMs: 0, run: async (db) => sendForCount(db, text, []) }
}
