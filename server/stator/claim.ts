/** Takes due rows for this worker, holds them by a lease, and gives them back. One statement each. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Querier } from '../db/pool.ts'
import type { StateColumns } from '../db/tables.ts'
import {
  claimText,
  extendText,
  freeFormerText,
  hostClaimText,
  overviewText,
  releaseText,
  suspectClaimText,
  suspectText,
} from './claim-sql.ts'
import type { Graph } from './graph.ts'
import { send, sendForCount } from './statement.ts'

/** A row as it was claimed, of whichever table. */
export type StateRow = Selectable<StateColumns> & Readonly<Record<string, unknown>>

/** A row that this worker holds, and the token that only its holder may finish it with. */
export interface Task {
  readonly key: string
  readonly token: string
  /** Empty where the graph has no hosts, or the row has none yet. */
  readonly host: string
  readonly row: StateRow
  /** Monotonic milliseconds at which the lease was last known to begin. */
  leasedAtMs: number
}

export interface ClaimRequest {
  readonly leaseSeconds: number
  readonly limit: number
  /** Rows due within this many seconds count as due, but for those of `exceptKeys`. */
  readonly aheadSeconds: number
  readonly exceptKeys: readonly string[]
  /** Only the owner's own work. */
  readonly isOwnOnly: boolean
}

/** Leases that are longer than this are not recognised by `freeFormer`; they end by themselves. */
const LONGEST_LEASE_SECONDS = 120

/** How many rows of each host may be taken; used where the graph has hosts. */
export interface HostRooms {
  /** Hosts of which something is held, and how many more rows may be: none or less leaves the host out. */
  readonly rooms: ReadonlyMap<string, number>
  /** For every other host. */
  readonly room: number
}

export interface Claim {
  readonly tasks: Task[]
  /** Due rows were seen and not taken: another worker was quicker, or their hosts have no room. */
  readonly hasPassedOver: boolean
}

export interface GraphOverview {
  readonly graph: string
  /** Negative when it is overdue, null when nothing is planned. */
  readonly dueInSeconds: number | null
  /** A row waits that was being handled when its process died, at least twice. */
  readonly hasSuspect: boolean
}

export class Claims {
  readonly #graph: Graph
  readonly #tag: string
  readonly #claim: string
  readonly #suspect: string
  readonly #extend: string
  readonly #release: string
  readonly #freeFormer: string

  /** @param tag  of `workerTag`; the tokens of the claims begin with it */
  constructor(graph: Graph, tag: string) {
    this.#graph = graph
    this.#tag = tag
    this.#claim = graph.hostColumn === null ? claimText(graph) : hostClaimText(graph, graph.hostColumn)
    this.#suspect = suspectClaimText(graph)
    this.#extend = extendText(graph)
    this.#release = releaseText(graph)
    this.#freeFormer = freeFormerText(graph)
  }

  /** @param nowMs  monotonic, read before the statement is sent: the lease never ends later than is believed here */
  async take(db: Querier, request: ClaimRequest, hosts: HostRooms, nowMs: number): Promise<Claim> {
    const parameters: unknown[] = [
      this.#token(),
      request.leaseSeconds,
      request.aheadSeconds,
      request.limit,
      request.exceptKeys,
      request.isOwnOnly ? 0 : 1,
    ]
    if (this.#graph.hostColumn === null) {
      const rows = await send<StateRow>(db, this.#claim, parameters)
      const tasks = rows.map((row) => this.#taskOf(row, nowMs))
      return { tasks: tasks.sort(byPriorityAndAge), hasPassedOver: false }
    }
    const full = [...hosts.rooms].filter(([, room]) => room <= 0).map(([host]) => host)
    parameters.push(full, [...hosts.rooms.keys()], [...hosts.rooms.values()], hosts.room)
    const rows = await send<StateRow & { stator_head: number }>(db, this.#claim, parameters)
    const looked = rows[0]?.stator_head ?? 0
    const tasks: Task[] = []
    for (const { stator_head: _, ...row } of rows) {
      if (row.state_lock_token !== null) tasks.push(this.#taskOf(row, nowMs))
    }
    return { tasks: tasks.sort(byPriorityAndAge), hasPassedOver: full.length > 0 || looked > tasks.length }
  }

  /**
   * Takes one row whose process died while it was handled, so that it is tried alone.
   * @returns the row, whether it went into quarantine instead, or null where there is none
   */
  async takeSuspect(
    db: Querier,
    leaseSeconds: number,
    nowMs: number,
  ): Promise<{ readonly task: Task; readonly isQuarantined: boolean } | null> {
    const [row] = await send<StateRow>(db, this.#suspect, [this.#token(), leaseSeconds])
    if (row === undefined) return null
    return { task: this.#taskOf(row, nowMs), isQuarantined: row.state_lock_token === null }
  }

  /** Lets the leases begin anew. @returns the keys of the rows that are still held by these tokens */
  async extend(db: Querier, tasks: readonly Task[], leaseSeconds: number): Promise<ReadonlySet<string>> {
    const rows = await send<{ key: string }>(db, this.#extend, [...keysAndTokens(tasks), leaseSeconds])
    return new Set(rows.map((row) => row.key))
  }

  /** Hands rows back: due at once, without an attempt or a death counted. */
  async release(db: Querier, tasks: readonly Task[]): Promise<void> {
    if (tasks.length > 0) await sendForCount(db, this.#release, keysAndTokens(tasks))
  }

  /** Frees what a former process of this worker held when it died. @returns how many rows */
  async freeFormer(db: Querier): Promise<number> {
    return sendForCount(db, this.#freeFormer, [this.#tag, LONGEST_LEASE_SECONDS])
  }

  #token(): string {
    return this.#tag + randomUUID().slice(this.#tag.length)
  }

  #taskOf(row: StateRow, nowMs: number): Task {
    const { key, hostColumn } = this.#graph
    const host = hostColumn === null ? null : row[hostColumn]
    return {
      key: String(row[key]),
      token: row.state_lock_token ?? '',
      host: typeof host === 'string' ? host : '',
      row,
      leasedAtMs: nowMs,
    }
  }
}

/**
 * The owner's own first, then the older: ids are time-ordered numbers, and what one server says after the other should
 * be understood in that order, also when the first is tried for the second time.
 */
function byPriorityAndAge(a: Task, b: Task): number {
  const byPriority = a.row.state_priority - b.row.state_priority
  return byPriority || a.key.length - b.key.length || (a.key < b.key ? -1 : 1)
}

/**
 * What the tokens of a worker begin with. A worker with an id has the same in every life, so that its next process
 * knows the rows of the former one.
 */
export function workerTag(workerId: string | undefined): string {
  const digest = workerId === undefined ? randomBytes(4) : createHash('sha256').update(workerId).digest()
  return digest.toString('hex').slice(0, 8)
}

function keysAndTokens(tasks: readonly Task[]): [string[], string[]] {
  return [tasks.map((task) => task.key), tasks.map((task) => task.token)]
}

/** What waits in each graph: the one statement of an idle worker, and another for each graph that has due rows. */
export class Overview {
  readonly #text: string
  readonly #suspects: ReadonlyMap<string, string>

  constructor(graphs: readonly Graph[]) {
    this.#text = overviewText(graphs)
    this.#suspects = new Map(graphs.map((graph) => [graph.table, suspectText(graph)]))
  }

  async read(db: Querier): Promise<GraphOverview[]> {
    const rows = await send<Omit<GraphOverview, 'hasSuspect'>>(db, this.#text, [])
    const found: GraphOverview[] = []
    // One after the other: all at once they would take every connection.
    for (const row of rows) found.push(Object.assign(row, { hasSuspect: await this.#hasSuspect(db, row) }))
    return found
  }

  async #hasSuspect(
    db: Querier,
    { graph, dueInSeconds }: Pick<GraphOverview, 'graph' | 'dueInSeconds'>,
  ): Promise<boolean> {
    const text = this.#suspects.get(graph)
    if (text === undefined || dueInSeconds === null || dueInSeconds > 0) return false
    const rows = await send<Pick<GraphOverview, 'hasSuspect'>>(db, text, [])
    return rows[0]?.hasSuspect === true
  }
}
