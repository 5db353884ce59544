/** What a worker gives the engine and what it gets: the options of a runner, its controls, its status. */
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Tracer } from '../core/tracer.ts'
import type { Listener } from '../db/listen.ts'
import type { Database } from '../db/pool.ts'
import type { GraphWork } from './graph.ts'
import type { Sweep } from './sweeper.ts'

/** How much runs at once in this worker. A call of a batch handler counts as one. */
export interface RunnerLimits {
  /** Calls of handlers, all graphs together. */
  readonly concurrency: number
  /** Calls of handlers of one graph; its `concurrencyFactor` multiplies it. */
  readonly concurrencyPerModel: number
  /** Rows of one graph that concern one remote host. */
  readonly concurrencyPerHost: number
}

export interface RunnerOptions extends RunnerLimits {
  readonly db: Database
  /** Wakes the runner; without it new rows are found by the poll alone. */
  readonly listener: Listener | null
  readonly graphs: readonly GraphWork[]
  readonly clock: Clock
  readonly log: Logger
  /** Further things that expire, beside the declared `deleteAfterSeconds`. */
  readonly sweeps?: readonly Sweep[]
  /** How often it looks for what has expired. Default 30 s. */
  readonly sweepEverySeconds?: number
  /** Called whenever the database has answered what is due: at least every few seconds, as long as the engine lives. */
  readonly onLooked?: () => void
  /** How long a claim holds without being extended; a dead worker's rows are free after it. Default 20 s. */
  readonly leaseSeconds?: number
  /**
   * Names this worker's place among all that share the database. A process that starts with the same name proves that
   * the former one is gone: what it held is free at once instead of when its leases end.
   */
  readonly workerId?: string
  /** A handler that runs longer is aborted and its attempt counts as an error, unless its graph allows more. Default 300 s. */
  readonly handlerSeconds?: number
  /** How long a stop lets calls end by themselves before it aborts them; it takes at most a second more. Default 3.9 s. */
  readonly drainSeconds?: number
  /** Each call of a handler is a trace of its own. Left out where nobody looks on. */
  readonly tracer?: Tracer | null
}

export interface IdleOptions {
  /** Also tries, once each, the rows that are due within this many seconds: retries, delayed first attempts. */
  readonly dueWithinSeconds?: number
}

/** What was done since the runner was made. */
export interface Tally {
  /** Attempts that ended with a verdict; `moved` of them changed the state. */
  readonly attempts: number
  readonly moved: number
  /** Attempts that threw, took too long or gave an undeclared verdict. */
  readonly failed: number
  /** Results refused because the lease was lost meanwhile. */
  readonly refused: number
}

export interface GraphStatus {
  readonly graph: string
  /** Rows that this worker holds: waiting for a handler, in one, or being written back. */
  readonly inFlight: number
  /** Rows that are due and held by nobody; counting ends at 100,000. */
  readonly waiting: number
  /** For how many seconds the oldest of them has been due; null where none waits. */
  readonly oldestSeconds: number | null
  readonly quarantined: number
  readonly isPaused: boolean
}

export interface RunnerStatus {
  readonly isStarted: boolean
  readonly isPaused: boolean
  readonly limits: RunnerLimits
  readonly inFlight: number
  readonly graphs: readonly GraphStatus[]
  readonly tally: Tally
}

export interface Runner extends AsyncDisposable {
  /** Works until `stop`. A second start does nothing. @throws HomebirdError INTERNAL after `stop` */
  start(): void
  /** Ends within 5 s: what runs may finish for a while, then is aborted; what is still held is handed back. */
  stop(): Promise<void>
  /**
   * Works until nothing is due and nothing is in flight, whether started or not. Rows that are due later are left,
   * paused graphs too.
   */
  runUntilIdle(options?: IdleOptions): Promise<Tally>
  /** Starts, works for this long, stops. @param ms  at most 2^31 − 1 */
  runFor(ms: number): Promise<Tally>
  /** Changes some limits; what runs above a lowered limit finishes. */
  setLimits(limits: Partial<RunnerLimits>): void
  /** Claims nothing more, of one graph or of all; what runs finishes. */
  pause(graph?: string): void
  resume(graph?: string): void
  /** One sweep now: what expired is deleted, timeouts, statistics. Does nothing while another worker sweeps. */
  sweep(): Promise<void>
  status(): Promise<RunnerStatus>
}
