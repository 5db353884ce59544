/**
 * The worker's loop around the dispatcher: wakes by NOTIFY, by the next due time and by a poll as the safety net;
 * sweeps; starts, stops, pauses, reports.
 */
import { HomebirdError } from '../core/errors.ts'
import { Overview, workerTag } from './claim.ts'
import { Dispatcher } from './dispatcher.ts'
import type { Lane } from './lane.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import type { IdleOptions, Runner, RunnerLimits, RunnerOptions, RunnerStatus, Tally } from './runner-types.ts'
import { Statistics } from './statistics.ts'
import { readWaiting } from './status.ts'
import { Sweeper } from './sweeper.ts'

export type * from './runner-types.ts'

const POLL_BUSY_MS = 500
const POLL_IDLE_MS = 5_000
const POLL_GROWTH = 1.5
const SWEEP_FIRST_MS = 2_000
const SWEEP_EVERY_SECONDS = 30
const LEASE_SECONDS = 20
const HANDLER_SECONDS = 300
/** A stop takes at most 5 s: calls may end by themselves, then they are aborted, then their rows are handed back. */
const DRAIN_SECONDS = 3.9
const ABORT_MS = 400
const LAST_WRITES_MS = 600
const MOST_TIMER_MS = 2 ** 31 - 1

/** @throws HomebirdError GRAPH_INVALID when an automatic state has no handler or a graph comes twice */
export function createRunner(options: RunnerOptions): Runner {
  const names = options.graphs.map(({ graph }) => graph.table)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new HomebirdError('GRAPH_INVALID', `graph ${twice} is given twice`)
  return new Engine(options)
}

class Engine implements Runner {
  readonly #options: RunnerOptions
  readonly #dispatcher: Dispatcher
  readonly #leases: LeaseKeeper
  readonly #sweeper: Sweeper
  readonly #overview: Overview
  readonly #statistics: Statistics
  readonly #stopping = new AbortController()
  #isStarted = false
  #opening: Promise<void> = Promise.resolve()
  #stopped: Promise<void> | null = null
  #unsubscribe: () => void = () => undefined
  /** Calls of `runUntilIdle` under way. */
  #drives = 0
  #pollTimer: NodeJS.Timeout | undefined
  #pollAtMs = Number.POSITIVE_INFINITY
  #pollDelayMs = POLL_BUSY_MS
  #isPolling = false
  #sweepTimer: NodeJS.Timeout | undefined
  #sweeping: Promise<unknown> | null = null

  constructor(options: RunnerOptions) {
    this.#options = options
    const { db, clock, log, graphs, concurrency, concurrencyPerModel, concurrencyPerHost } = options
    const leaseSeconds = options.leaseSeconds ?? LEASE_SECONDS
    const declared = graphs.map(({ graph }) => graph)
    this.#statistics = new Statistics(declared)
    this.#overview = new Overview(declared)
    const statistics = this.#statistics
    this.#sweeper = new Sweeper({
      db,
      clock,
      log,
      graphs: declared,
      statistics,
      sweeps: options.sweeps ?? [],
      isPaused: (graph) => this.#dispatcher.laneOf(graph.table)?.isPaused === true,
    })
    const parts = { db, leaseSeconds, clock, log }
    this.#dispatcher = new Dispatcher({
      ...parts,
      workerTag: workerTag(options.workerId),
      graphs,
      statistics,
      limits: atLeastOne({ concurrency, concurrencyPerModel, concurrencyPerHost }),
      tracer: options.tracer ?? null,
      onPlanned: (seconds) => this.#pollWithin(seconds * 1000),
      onSuspectDone: () => this.#pollWithin(0),
    })
    this.#leases = new LeaseKeeper({
      ...parts,
      dispatcher: this.#dispatcher,
      handlerSeconds: options.handlerSeconds ?? HANDLER_SECONDS,
    })
  }

  start(): void {
    if (this.#stopped !== null)
      throw new HomebirdError('INTERNAL', 'this runner was stopped; make another one')
    if (this.#isStarted) return
    this.#isStarted = true
    this.#unsubscribe =
      this.#options.listener?.subscribe('stator', {
        onNotification: (graph) => this.#announced(graph),
        onConnected: () => this.#pollWithin(0),
      }) ?? this.#unsubscribe
    this.#leases.open()
    this.#planSweep(SWEEP_FIRST_MS)
    // Claims carry the worker's name too, so none is made before the former process's are freed.
    if (this.#options.workerId === undefined) this.#open()
    else this.#opening = this.#freeFormer().finally(() => this.#open())
  }

  #open(): void {
    if (this.#stopped !== null) return
    this.#dispatcher.isOpen = true
    this.#pollWithin(0)
  }

  async #freeFormer(): Promise<void> {
    const { db, log } = this.#options
    for (const lane of this.#dispatcher.lanes) {
      try {
        const rows = await lane.claims.freeFormer(db)
        if (rows > 0) log.info({ event: 'stator.former_freed', graph: lane.graph.table, rows })
      } catch (error) {
        log.warn({ event: 'stator.former_not_freed', graph: lane.graph.table, error })
      }
    }
  }

  #announced(graph: string): void {
    const lane = this.#dispatcher.laneOf(graph)
    if (lane !== undefined) this.#dispatcher.want(lane, true)
    else if (graph === '') for (const each of this.#dispatcher.lanes) this.#dispatcher.want(each, true)
    else return // rows of a graph that this worker does not handle
    // What was announced may be due a little later only: the poll finds out when.
    this.#pollDelayMs = POLL_BUSY_MS
    this.#pollWithin(POLL_BUSY_MS)
    this.#dispatcher.pump()
  }

  #pollWithin(ms: number): void {
    if (!this.#isStarted || this.#stopped !== null) return
    const waitMs = Math.min(Math.max(Math.ceil(ms), 0), POLL_IDLE_MS)
    const atMs = this.#options.clock.monotonicMs() + waitMs
    if (atMs >= this.#pollAtMs) return
    clearTimeout(this.#pollTimer)
    this.#pollAtMs = atMs
    this.#pollTimer = setTimeout(() => void this.#poll(), waitMs)
  }

  async #poll(): Promise<void> {
    this.#pollAtMs = Number.POSITIVE_INFINITY
    if (this.#isPolling) return // it plans the next one when it is done
    this.#isPolling = true
    let isBusy = false
    try {
      isBusy = await this.#look()
    } catch (error) {
      this.#options.log.warn({ event: 'stator.poll_failed', error })
    }
    this.#isPolling = false
    this.#pollDelayMs = isBusy ? POLL_BUSY_MS : Math.min(this.#pollDelayMs * POLL_GROWTH, POLL_IDLE_MS)
    this.#pollWithin(this.#pollDelayMs)
    this.#dispatcher.pump()
  }

  /** One statement for all graphs: which have due rows, and when the next one will be. @returns whether work is under way */
  async #look(): Promise<boolean> {
    const dispatcher = this.#dispatcher
    let isBusy = dispatcher.lanes.some((lane) => lane.held.size > 0)
    if (dispatcher.lanes.length === 0) return false
    for (const { graph, dueInSeconds, hasSuspect } of await this.#overview.read(this.#options.db)) {
      const lane = dispatcher.laneOf(graph)
      if (lane === undefined || lane.isPaused) continue
      if (hasSuspect) void dispatcher.claimSuspect(lane)
      if (dueInSeconds === null) continue
      if (dueInSeconds > 0) this.#pollWithin(dueInSeconds * 1000)
      else {
        isBusy = true
        dispatcher.want(lane, false)
      }
    }
    this.#options.onLooked?.()
    return isBusy
  }

  #planSweep(ms: number): void {
    this.#sweepTimer = setTimeout(() => {
      this.sweep()
        .catch((error: unknown) => this.#options.log.warn({ event: 'stator.sweep_failed', error }))
        .finally(() => {
          if (this.#stopped === null)
            this.#planSweep((this.#options.sweepEverySeconds ?? SWEEP_EVERY_SECONDS) * 1000)
        })
    }, ms)
  }

  async sweep(): Promise<void> {
    this.#sweeping ??= this.#sweeper.tick(this.#stopping.signal).finally(() => {
      this.#sweeping = null
    })
    await this.#sweeping
  }

  /** @throws the driver's errors when the database does not answer */
  async runUntilIdle(options: IdleOptions = {}): Promise<Tally> {
    if (this.#stopped !== null)
      throw new HomebirdError('INTERNAL', 'this runner was stopped; make another one')
    await this.#opening
    const dispatcher = this.#dispatcher
    const before = { ...dispatcher.tally }
    this.#drives += 1
    dispatcher.isOpen = true
    this.#leases.open()
    dispatcher.lookAhead(options.dueWithinSeconds ?? 0)
    dispatcher.claimError = null
    try {
      for (let claimed = -1; claimed !== dispatcher.claimed;) {
        claimed = dispatcher.claimed
        await this.#look()
        for (const lane of dispatcher.lanes) dispatcher.want(lane, false)
        dispatcher.pump()
        await dispatcher.quiet()
        if (dispatcher.claimError !== null) throw dispatcher.claimError
      }
    } finally {
      this.#drives -= 1
      dispatcher.lookAhead(0)
      if (this.#drives === 0 && !this.#isStarted) {
        dispatcher.close()
        this.#leases.close()
      }
    }
    return difference(dispatcher.tally, before)
  }

  async runFor(ms: number): Promise<Tally> {
    if (!(ms >= 0 && ms <= MOST_TIMER_MS)) {
      throw new HomebirdError('USAGE', `a worker cannot run for ${ms} ms; give 0 to ${MOST_TIMER_MS}`)
    }
    this.start()
    const over = Promise.withResolvers<void>()
    const timer = setTimeout(over.resolve, ms)
    this.#stopping.signal.addEventListener('abort', () => over.resolve(), { once: true })
    await over.promise
    clearTimeout(timer)
    await this.stop()
    return { ...this.#dispatcher.tally }
  }

  setLimits(limits: Partial<RunnerLimits>): void {
    this.#dispatcher.setLimits(atLeastOne({ ...this.#dispatcher.limits, ...limits }))
  }

  pause(graph?: string): void {
    for (const lane of this.#lanesNamed(graph)) {
      lane.isPaused = true
      this.#dispatcher.handBackReady(lane)
    }
    this.#dispatcher.pump()
  }

  resume(graph?: string): void {
    for (const lane of this.#lanesNamed(graph)) {
      lane.isPaused = false
      this.#dispatcher.want(lane, true)
    }
    this.#dispatcher.pump()
  }

  /** @throws HomebirdError NOT_FOUND when this worker does not handle the graph */
  #lanesNamed(graph: string | undefined): readonly Lane[] {
    if (graph === undefined) return this.#dispatcher.lanes
    const lane = this.#dispatcher.laneOf(graph)
    if (lane === undefined) throw new HomebirdError('NOT_FOUND', `this worker handles no graph ${graph}`)
    return [lane]
  }

  async status(): Promise<RunnerStatus> {
    const { lanes, limits, tally } = this.#dispatcher
    const waiting = await readWaiting(
      this.#options.db,
      lanes.map((lane) => lane.graph),
    )
    const graphs = waiting.map(({ graph, waiting: count, oldestSeconds, quarantined }) => {
      const lane = this.#dispatcher.laneOf(graph)
      const [inFlight, isPaused] = [lane?.held.size ?? 0, lane?.isPaused ?? false]
      return { graph, inFlight, waiting: count, oldestSeconds, quarantined, isPaused }
    })
    return {
      isStarted: this.#isStarted && this.#stopped === null,
      isPaused: lanes.length > 0 && lanes.every((lane) => lane.isPaused),
      limits,
      inFlight: lanes.reduce((sum, lane) => sum + lane.held.size, 0),
      graphs,
      tally: { ...tally },
    }
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    await this.#stopped
  }

  async #stop(): Promise<void> {
    const { db, log, drainSeconds = DRAIN_SECONDS } = this.#options
    const dispatcher = this.#dispatcher
    this.#stopping.abort()
    this.#unsubscribe()
    clearTimeout(this.#pollTimer)
    clearTimeout(this.#sweepTimer)
    dispatcher.close()
    if (!(await isDoneWithin(dispatcher.quiet(), drainSeconds * 1000))) {
      dispatcher.abortRunning()
      await isDoneWithin(dispatcher.quiet(), ABORT_MS)
    }
    const held = dispatcher.lanes.reduce((sum, lane) => sum + lane.held.size, 0)
    if (held > 0) log.warn({ event: 'stator.stopped_with_rows', rows: held })
    for (const lane of dispatcher.lanes) dispatcher.handBack(lane, [...lane.held.values()])
    const lastWrites = [
      dispatcher.quiet(),
      this.#statistics.flush(db, false),
      this.#sweeping ?? Promise.resolve(),
    ]
    if (!(await isDoneWithin(Promise.allSettled(lastWrites), LAST_WRITES_MS))) {
      log.warn({ event: 'stator.stopped_without_database' })
    }
    this.#leases.close()
    for (const lane of dispatcher.lanes) lane.finisher.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

function atLeastOne(limits: RunnerLimits): RunnerLimits {
  return {
    concurrency: Math.max(1, limits.concurrency),
    concurrencyPerModel: Math.max(1, limits.concurrencyPerModel),
    concurrencyPerHost: Math.max(1, limits.concurrencyPerHost),
  }
}

function difference(after: Tally, before: Tally): Tally {
  return {
    attempts: after.attempts - before.attempts,
    moved: after.moved - before.moved,
    failed: after.failed - before.failed,
    refused: after.refused - before.refused,
  }
}

/** Waits for something, but not longer; a failure counts as done. */
async function isDoneWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), ms)
  const done = work.then(
    () => true,
    () => true,
  )
  const isDone = await Promise.race([done, late.promise])
  clearTimeout(timer)
  return isDone
}
