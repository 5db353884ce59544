/**
 * What one worker holds of one graph: the rows it has claimed, the calls that run, how many more it may take. Knows
 * no timers and starts nothing by itself; the runner does.
 */
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { AnyHandler } from './attempt.ts'
import { Claims, type HostRooms, type Task } from './claim.ts'
import { type FinishResult, Finisher } from './finish.ts'
import { type Graph, type GraphWork, automaticStatesOf } from './graph.ts'
import { HomebirdError } from '../core/errors.ts'
import { ReadyQueue, type Priority, type Unit } from './ready-queue.ts'
import type { RunnerLimits } from './runner-types.ts'
import { StreamRest } from './stream-rest.ts'

/** Rows of one host that may wait beside those that run, as a multiple of the bound: so that claims stay few. */
const AHEAD_PER_HOST = 4
/** A worker takes what it can handle in about this time, so that another worker finds something too. */
const AHEAD_MS = 500
/** From this many calls on, one in eight is kept for the owner's own work. */
const RESERVE_FROM = 4
const RESERVE_PART = 8
/** Results that wait for the database; beyond this nothing new is started. */
const MOST_BACKLOG = 1_000
/** Newer durations count this much in the average. */
const AVERAGE_WEIGHT = 0.2

/** How many of `total` calls may be other than the owner's own work. */
function withoutReserve(total: number): number {
  return total < RESERVE_FROM ? total : total - Math.max(1, Math.floor(total / RESERVE_PART))
}

export function callsAllowed(total: number, priority: Priority): number {
  return priority === 0 ? total : withoutReserve(total)
}

interface LaneOptions {
  readonly db: Database
  readonly workerTag: string
  readonly work: GraphWork
  readonly limits: RunnerLimits
  readonly log: Logger
  readonly random: () => number
  readonly onFinished: (lane: Lane, results: readonly FinishResult[]) => void
}

export class Lane {
  readonly graph: Graph
  readonly claims: Claims
  readonly finisher: Finisher
  readonly ready = new ReadyQueue()
  /** Units whose handlers run. */
  readonly running = new Set<Unit>()
  /** Everything that is claimed and not finished, by key. */
  readonly held = new Map<string, Task>()
  isPaused = false
  isClaiming = false
  /** Something may be due. */
  isWanted = false
  /** Something new was announced since the last claim: it may be the owner's own. */
  isAnnounced = false
  /** Rows were passed over because their hosts had no room: to be looked at again when a call ends or a row is let go. */
  isWantedOnEnd = false
  /** Counts calls that ended and rows that were let go: what a claim finds full may have room when it answers. */
  releases = 0
  /** The last claim was full: there is more. */
  isBacklogged = false
  /** The last claim saw rows and got none: another worker was quicker. */
  isContended = false
  /** Leases could not be extended in time: until they are, a claim might take our own rows a second time. */
  isStale = false
  /** Monotonic milliseconds. */
  claimedAtMs = Number.NEGATIVE_INFINITY
  /** Null where every row is handled as soon as it can be. */
  readonly rest: StreamRest | null
  limits: RunnerLimits
  readonly #handlers: Readonly<Record<string, AnyHandler>>
  /** No state is handled row by row: nothing is taken ahead. */
  readonly isBatchOnly: boolean
  readonly #heldByHost = new Map<string, number>()
  readonly #runningByHost = new Map<string, number>()
  #averageMs: number | null = null

  constructor(options: LaneOptions) {
    const { graph, handlers } = options.work
    this.graph = graph
    this.limits = options.limits
    this.rest = graph.gathers ? new StreamRest() : null
    this.#handlers = handlers
    const states = automaticStatesOf(graph)
    for (const state of states) this.handlerOf(state)
    this.isBatchOnly = states.every((state) => 'batch' in this.handlerOf(state))
    this.claims = new Claims(graph, options.workerTag)
    this.finisher = new Finisher({
      db: options.db,
      graph,
      log: options.log,
      random: options.random,
      onFinished: (results) => options.onFinished(this, results),
      isMoreComing: () => this.running.size > 0 && !this.isBatchOnly,
    })
  }

  /** @throws HomebirdError GRAPH_INVALID when an automatic state has no handler */
  handlerOf(state: string): AnyHandler {
    const handler = this.#handlers[state]
    if (handler === undefined) {
      throw new HomebirdError('GRAPH_INVALID', `graph ${this.graph.table}: ${state} has no handler`)
    }
    return handler
  }

  /** Most calls of this graph at once. */
  get mostCalls(): number {
    return Math.max(1, Math.round(this.limits.concurrencyPerModel * this.graph.concurrencyFactor))
  }

  get isIdle(): boolean {
    return this.held.size === 0 && !this.isClaiming
  }

  /**
   * How many rows a claim may take now; 0 for none.
   * @param freeCalls  calls that the whole worker has left
   */
  roomForClaim(freeCalls: number): number {
    if (this.finisher.backlog > MOST_BACKLOG) return 0
    const { claimSize } = this.graph
    if (this.isBatchOnly) {
      const isFree = freeCalls > 0 && this.running.size < this.mostCalls && this.ready.rows === 0
      return isFree ? claimSize : 0
    }
    const wanted = this.#rowsAhead()
    return this.ready.rows > wanted / 2 ? 0 : Math.max(1, wanted - this.ready.rows)
  }

  /** Rows to have at hand for handlers that take one at a time: few of slow ones, a whole claim of quick ones. */
  #rowsAhead(): number {
    const calls = this.mostCalls
    const perCall = this.#averageMs === null ? 2 : Math.max(2, AHEAD_MS / Math.max(this.#averageMs, 0.1))
    return Math.min(this.graph.claimSize, Math.ceil(calls * perCall))
  }

  hostRooms(): HostRooms {
    const { concurrencyPerHost } = this.limits
    const { hostShare, claimSize } = this.graph
    if (hostShare !== null) {
      // The bound is soft: it orders a claim, and hosts beyond it are left out while others have rows.
      const mostHeld = Math.ceil(hostShare * claimSize * this.mostCalls)
      const room = Math.max(1, Math.ceil(hostShare * claimSize))
      return { rooms: this.#rooms((held) => Math.min(room, mostHeld - held)), room }
    }
    const most = this.isBatchOnly ? concurrencyPerHost : concurrencyPerHost * (1 + AHEAD_PER_HOST)
    return { rooms: this.#rooms((held) => most - held), room: most }
  }

  #rooms(roomOf: (held: number) => number): ReadonlyMap<string, number> {
    return new Map([...this.#heldByHost].map(([host, held]) => [host, Math.max(0, roomOf(held))]))
  }

  /** Takes the rows of a claim into the lane, as units in order. @param nextOrder  numbers the units */
  accept(tasks: readonly Task[], isSuspect: boolean, nextOrder: () => number): void {
    const batches = new Map<string, Task[]>()
    for (const task of tasks) {
      const former = this.held.get(task.key)
      if (former !== undefined) this.drop(former)
      this.held.set(task.key, task)
      add(this.#heldByHost, task.host, 1)
      const { state } = task.row
      if ('each' in this.handlerOf(state)) this.ready.add(this.#unitOf([task], isSuspect, nextOrder()))
      else if (batches.get(state)?.push(task) === undefined) batches.set(state, [task])
    }
    for (const batch of batches.values()) this.ready.add(this.#unitOf(batch, isSuspect, nextOrder()))
  }

  #unitOf(tasks: readonly Task[], isSuspect: boolean, order: number): Unit {
    const [first] = tasks
    const isBoundByHost = this.graph.hostColumn !== null && this.graph.hostShare === null && !this.isBatchOnly
    return {
      tasks,
      rows: tasks.length,
      state: first?.row.state ?? '',
      priority: tasks.some((task) => task.row.state_priority === 0) ? 0 : 1,
      order,
      host: isBoundByHost && tasks.length === 1 ? first?.host || null : null,
      isSuspect,
      controller: new AbortController(),
      startedAtMs: null,
      isSettled: false,
    }
  }

  /** The unit that would run next with this priority. */
  peek(priority: Priority): Unit | undefined {
    if (this.running.size >= callsAllowed(this.mostCalls, priority)) return undefined
    if (this.finisher.backlog > MOST_BACKLOG) return undefined
    return this.ready.peek(priority, (host) => this.#isHostFull(host))
  }

  #isHostFull(host: string): boolean {
    return (this.#runningByHost.get(host) ?? 0) >= this.limits.concurrencyPerHost
  }

  /** Moves the unit that `peek` returned among those that run. */
  begin(unit: Unit, nowMs: number): void {
    this.ready.take(unit)
    unit.startedAtMs = nowMs
    this.running.add(unit)
    if (unit.host !== null) add(this.#runningByHost, unit.host, 1)
  }

  /** The call has ended, or is waited for no longer. */
  end(unit: Unit, nowMs: number): void {
    if (!this.running.delete(unit)) return
    this.releases += 1
    const tookMs = (nowMs - (unit.startedAtMs ?? nowMs)) / Math.max(1, unit.rows)
    this.#averageMs =
      this.#averageMs === null ? tookMs : this.#averageMs + AVERAGE_WEIGHT * (tookMs - this.#averageMs)
    if (unit.host !== null) {
      add(this.#runningByHost, unit.host, -1)
      this.ready.unpark(unit.host)
    }
    if (this.isWantedOnEnd) this.isWanted = true
  }

  /** Holds a row no longer. A row that was lost and claimed again meanwhile stays held by its newer claim. */
  drop(task: Task): void {
    if (this.held.get(task.key) !== task) return
    this.held.delete(task.key)
    this.releases += 1
    add(this.#heldByHost, task.host, -1)
    // Its host has room again, which it had not yet when the call ended.
    if (this.isWantedOnEnd) this.isWanted = true
  }
}

function add(counts: Map<string, number>, name: string, change: number): void {
  const count = (counts.get(name) ?? 0) + change
  if (count === 0) counts.delete(name)
  else counts.set(name, count)
}
