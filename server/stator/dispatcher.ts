/**
 * Turns due rows into calls of handlers and their verdicts into written states: claims for every lane that has room,
 * starts what is ready within the limits, the owner's own work first. Everything that happens leads to `pump`.
 */
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Tracer } from '../core/tracer.ts'
import type { Database } from '../db/pool.ts'
import type { Outcome } from './attempt.ts'
import type { Claim, HostRooms, Task } from './claim.ts'
import type { Finish, FinishResult } from './finish.ts'
import type { GraphWork } from './graph.ts'
import { Lane, callsAllowed } from './lane.ts'
import type { Unit } from './ready-queue.ts'
import type { RunnerLimits, Tally } from './runner-types.ts'
import type { Statistics } from './statistics.ts'
import { tracedAttempt } from './traced-attempt.ts'

/**
 * While something runs, claims of one graph that bring only what is new are this far apart, so that rows gather. A batch
 * costs about as many statements whether it has ten rows or fifty: 2,000 activities take 40 claims instead of 170.
 */
const CLAIM_SPACING_MS = 20
const BATCH_SPACING_MS = 60
const NO_ROOMS: HostRooms = { rooms: new Map(), room: 500 }

interface DispatcherOptions {
  readonly db: Database
  readonly workerTag: string
  readonly graphs: readonly GraphWork[]
  readonly limits: RunnerLimits
  readonly leaseSeconds: number
  readonly clock: Clock
  readonly log: Logger
  readonly statistics: Statistics
  /** A row will be due in so many seconds. */
  readonly onPlanned: (seconds: number) => void
  /** The row that was tried alone is done with. */
  readonly onSuspectDone: () => void
  readonly tracer: Tracer | null
}

export class Dispatcher {
  readonly lanes: readonly Lane[]
  readonly tally = { attempts: 0, moved: 0, failed: 0, refused: 0 } satisfies Tally
  /** Claims are made only while it is open; what is held is handled either way. */
  isOpen = false
  limits: RunnerLimits
  /** Rows claimed since the beginning. */
  claimed = 0
  /** The last claim that failed, for whoever waits for its rows. */
  claimError: unknown = null
  /** See `IdleOptions.dueWithinSeconds`. */
  aheadSeconds = 0
  readonly #options: DispatcherOptions
  readonly #seen = new Map<Lane, Set<string>>()
  #running = 0
  #order = 0
  #releasing = 0
  #suspect: Task | 'claiming' | null = null
  #spacing: { readonly atMs: number; readonly timer: NodeJS.Timeout } | undefined
  #quiet: PromiseWithResolvers<void> | null = null

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.limits = options.limits
    this.lanes = options.graphs.map(
      (work) =>
        new Lane({
          db: options.db,
          workerTag: options.workerTag,
          work,
          limits: options.limits,
          log: options.log,
          random: Math.random,
          onFinished: (lane, results) => this.#finished(lane, results),
        }),
    )
  }

  laneOf(graph: string): Lane | undefined {
    return this.lanes.find((lane) => lane.graph.table === graph)
  }

  /** Something may be due. @param isAnnounced  it is new, and so perhaps the owner's own */
  want(lane: Lane, isAnnounced: boolean): void {
    lane.isWanted = true
    if (!isAnnounced) return
    lane.isAnnounced = true
    lane.rest?.announced(this.#options.clock.monotonicMs())
  }

  pump(): void {
    this.#startReady()
    if (this.isOpen) for (const lane of this.lanes) this.#claimFor(lane)
    if (this.#quiet === null || !this.#isQuiet) return
    this.#quiet.resolve()
    this.#quiet = null
  }

  get #isQuiet(): boolean {
    if (this.#releasing > 0 || this.#suspect !== null) return false
    return this.lanes.every((lane) => lane.isIdle && (!this.isOpen || lane.isPaused || !lane.isWanted))
  }

  /** Settles when nothing is held or being claimed, and, while it is open, nothing is wanted. */
  async quiet(): Promise<void> {
    if (this.#isQuiet) return
    this.#quiet ??= Promise.withResolvers()
    await this.#quiet.promise
  }

  /** Keys that were handled since `aheadSeconds` was set are not looked ahead for again. */
  lookAhead(seconds: number): void {
    this.aheadSeconds = seconds
    this.#seen.clear()
  }

  #claimFor(lane: Lane): void {
    if (lane.isPaused || lane.isClaiming || lane.isStale || !(lane.isWanted || lane.isAnnounced)) return
    const room = lane.isWanted ? lane.roomForClaim(this.limits.concurrency - this.#running) : 0
    // Where there is no room for more, the owner's own work still gets in, to be the next that starts.
    if (room === 0 && !lane.isAnnounced) return
    const { clock } = this.#options
    const restsUntilMs = lane.rest?.untilMs ?? Number.NEGATIVE_INFINITY
    if (restsUntilMs > clock.monotonicMs()) return this.#pumpAt(restsUntilMs)
    const spacingMs = lane.isBatchOnly ? BATCH_SPACING_MS : CLAIM_SPACING_MS
    const atMs = lane.claimedAtMs + spacingMs
    const isHurried = room > 0 && lane.isBacklogged
    if (atMs > clock.monotonicMs() && !isHurried && (lane.held.size > 0 || lane.isContended)) {
      this.#pumpAt(atMs)
      return
    }
    void this.#claim(lane, room > 0 ? room : lane.graph.claimSize, room === 0)
  }

  #pumpAt(atMs: number): void {
    if (this.#spacing !== undefined && this.#spacing.atMs <= atMs) return
    clearTimeout(this.#spacing?.timer)
    const pump = (): void => {
      this.#spacing = undefined
      this.pump()
    }
    const waitMs = Math.max(0, atMs - this.#options.clock.monotonicMs())
    this.#spacing = { atMs, timer: setTimeout(pump, waitMs) }
  }

  async #claim(lane: Lane, limit: number, isOwnOnly: boolean): Promise<void> {
    const { clock, log } = this.#options
    lane.isClaiming = true
    lane.isAnnounced = false
    if (!isOwnOnly) lane.isWanted = false
    lane.isWantedOnEnd = false
    lane.claimedAtMs = clock.monotonicMs()
    const { releases } = lane
    try {
      this.#received(lane, await this.#take(lane, limit, isOwnOnly), limit, isOwnOnly)
      // A host that was full when the claim was sent may have room now, and nobody else would look again.
      if (lane.isWantedOnEnd && lane.releases !== releases) lane.isWanted = true
    } catch (error) {
      log.warn({ event: 'stator.claim_failed', graph: lane.graph.table, error })
      lane.isWanted = false // the poll says when there is a database again
      this.claimError = error
    } finally {
      lane.isClaiming = false
    }
    this.pump()
  }

  async #take(lane: Lane, limit: number, isOwnOnly: boolean): Promise<Claim> {
    const { db, leaseSeconds } = this.#options
    const request = {
      leaseSeconds,
      limit,
      aheadSeconds: this.aheadSeconds,
      exceptKeys: [...(this.#seen.get(lane) ?? [])],
      isOwnOnly,
    }
    const claim = await lane.claims.take(db, request, lane.hostRooms(), lane.claimedAtMs)
    const isOnlyBeyondShare = claim.tasks.length === 0 && claim.hasPassedOver && lane.graph.hostShare !== null
    return isOnlyBeyondShare ? lane.claims.take(db, request, NO_ROOMS, lane.claimedAtMs) : claim
  }

  #received(lane: Lane, claim: Claim, limit: number, isOwnOnly: boolean): void {
    const { tasks } = claim
    if (!this.isOpen || lane.isPaused) {
      this.handBack(lane, tasks)
      return
    }
    this.claimed += tasks.length
    this.#accept(lane, tasks, false)
    if (isOwnOnly) return
    lane.isBacklogged = tasks.length >= limit
    lane.rest?.claimed(lane.claimedAtMs, tasks.length, !lane.isBacklogged)
    lane.isContended = claim.hasPassedOver && lane.held.size === 0
    lane.isWantedOnEnd = claim.hasPassedOver
    // Hosts that have just become full are left out the next time, and those behind them are seen.
    const isWorthAnother = claim.hasPassedOver && tasks.length > 0
    if (lane.isBacklogged || lane.isContended || isWorthAnother) lane.isWanted = true
  }

  #accept(lane: Lane, tasks: readonly Task[], isSuspect: boolean): void {
    lane.accept(tasks, isSuspect, () => (this.#order += 1))
    if (this.aheadSeconds === 0) return
    const seen = this.#seen.get(lane) ?? new Set()
    for (const task of tasks) seen.add(task.key)
    this.#seen.set(lane, seen)
  }

  /** Claims a row that may have killed its process, unless another such row is being tried. */
  async claimSuspect(lane: Lane): Promise<void> {
    if (this.#suspect !== null || !this.isOpen || lane.isPaused) return
    const { db, clock, leaseSeconds, log } = this.#options
    this.#suspect = 'claiming'
    try {
      const found = await lane.claims.takeSuspect(db, leaseSeconds, clock.monotonicMs())
      if (found === null) this.#suspect = null
      else if (found.isQuarantined) this.#suspectDied(lane, found.task)
      else if (this.isOpen) {
        this.claimed += 1
        this.#suspect = found.task
        this.#accept(lane, [found.task], true)
      } else this.handBack(lane, [found.task])
    } catch (error) {
      log.warn({ event: 'stator.claim_failed', graph: lane.graph.table, error })
      this.claimError = error
    } finally {
      if (this.#suspect === 'claiming') this.#suspect = null
    }
    this.pump()
  }

  #suspectDied(lane: Lane, { key, row }: Task): void {
    const { log, onSuspectDone } = this.#options
    this.claimed += 1
    log.error({
      event: 'stator.quarantined',
      graph: lane.graph.table,
      row: key,
      state: row.state,
      deaths: row.state_deaths,
    })
    this.#suspect = null
    onSuspectDone()
  }

  #startReady(): void {
    for (;;) {
      const next = this.#nextOf(0) ?? this.#nextOf(1)
      if (next === null) return
      const [lane, unit] = next
      unit.tasks = unit.tasks.filter((task) => lane.held.get(task.key) === task)
      if (unit.tasks.length === 0) {
        lane.ready.take(unit) // all of it was lost while it waited
        continue
      }
      lane.begin(unit, this.#options.clock.monotonicMs())
      this.#running += 1
      void this.#call(lane, unit)
    }
  }

  /** Of the units that may start, the one that was claimed first. */
  #nextOf(priority: 0 | 1): [Lane, Unit] | null {
    if (this.#running >= callsAllowed(this.limits.concurrency, priority)) return null
    let best: [Lane, Unit] | null = null
    for (const lane of this.lanes) {
      const unit = lane.peek(priority)
      if (unit !== undefined && (best === null || unit.order < best[1].order)) best = [lane, unit]
    }
    return best
  }

  async #call(lane: Lane, unit: Unit): Promise<void> {
    this.settle(lane, unit, await tracedAttempt(this.#options.tracer, lane, unit))
  }

  /** Ends a call with its outcomes; only the first time counts. */
  settle(lane: Lane, unit: Unit, outcomes: readonly Outcome[]): void {
    if (unit.isSettled) return
    unit.isSettled = true
    lane.end(unit, this.#options.clock.monotonicMs())
    this.#running -= 1
    const finishes: Finish[] = []
    const interrupted: Task[] = []
    for (const [index, task] of unit.tasks.entries()) {
      const outcome = outcomes[index] ?? { kind: 'interrupted' }
      if (outcome.kind === 'interrupted') interrupted.push(task)
      else finishes.push({ task, outcome })
    }
    if (finishes.length > 0) lane.finisher.add(finishes)
    this.handBack(lane, interrupted)
    this.pump()
  }

  #finished(lane: Lane, results: readonly FinishResult[]): void {
    let [moved, failed, soonest] = [0, 0, Number.POSITIVE_INFINITY]
    for (const result of results) {
      this.#drop(lane, result.task)
      if (result.state === null) this.tally.refused += 1
      else if (result.outcome.kind === 'failed') failed += 1
      if (
        result.state !== null &&
        (result.outcome.kind === 'move' || result.state !== result.task.row.state)
      ) {
        moved += 1
      }
      if (result.dueInSeconds !== null) soonest = Math.min(soonest, result.dueInSeconds)
      this.#logResult(lane, result)
    }
    this.tally.attempts += results.length
    this.tally.moved += moved
    this.tally.failed += failed
    this.#options.statistics.add(lane.graph.table, moved, failed)
    if (soonest <= 0) lane.isWanted = true
    else if (soonest < Number.POSITIVE_INFINITY) this.#options.onPlanned(soonest)
    this.pump()
  }

  #logResult(lane: Lane, { task, outcome, state, isQuarantined }: FinishResult): void {
    const { log } = this.#options
    const facts = { graph: lane.graph.table, row: task.key, state: task.row.state }
    if (state === null) log.warn({ event: 'stator.result_refused', ...facts, outcome: outcome.kind })
    else if (outcome.kind === 'failed') {
      const errors = task.row.state_errors + 1
      log.warn({ event: 'stator.attempt_failed', ...facts, errors, error: outcome.error })
    }
    if (isQuarantined) log.error({ event: 'stator.quarantined', ...facts })
  }

  /** Gives rows back without an attempt. When that fails they come back by the end of their lease. */
  handBack(lane: Lane, tasks: readonly Task[]): void {
    if (tasks.length === 0) return
    for (const task of tasks) this.#drop(lane, task)
    this.#releasing += 1
    const { db, log } = this.#options
    lane.claims
      .release(db, tasks)
      .catch((error: unknown) => {
        log.warn({ event: 'stator.release_failed', graph: lane.graph.table, rows: tasks.length, error })
      })
      .finally(() => {
        this.#releasing -= 1
        this.pump()
      })
  }

  /** The lease of a row is another's: whoever still works on it for us may stop. */
  lose(lane: Lane, task: Task): void {
    if (lane.held.get(task.key) !== task) return
    this.#drop(lane, task)
    for (const unit of lane.running) {
      const isLost = unit.tasks.every((one) => lane.held.get(one.key) !== one)
      if (isLost && unit.tasks.includes(task)) unit.controller.abort()
    }
  }

  #drop(lane: Lane, task: Task): void {
    lane.drop(task)
    if (this.#suspect !== task) return
    this.#suspect = null
    this.#options.onSuspectDone()
  }

  setLimits(limits: RunnerLimits): void {
    this.limits = limits
    for (const lane of this.lanes) {
      lane.limits = limits
      lane.ready.unparkAll()
    }
    this.pump()
  }

  /** Claims no more; what was claimed and does not run yet is handed back. */
  close(): void {
    this.isOpen = false
    clearTimeout(this.#spacing?.timer)
    this.#spacing = undefined
    for (const lane of this.lanes) {
      lane.isWanted = false
      this.handBackReady(lane)
    }
  }

  handBackReady(lane: Lane): void {
    this.handBack(
      lane,
      lane.ready.drain().flatMap((unit) => unit.tasks),
    )
  }

  abortRunning(): void {
    for (const lane of this.lanes) for (const unit of lane.running) unit.controller.abort()
  }
}
