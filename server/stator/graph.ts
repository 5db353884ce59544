/**
 * The declaration of a graph: which states the rows of a table may be in, where each leads, and which of them Stator
 * moves on by itself. Checked by the compiler where it is used and by `defineGraph` when it is loaded.
 */
import { HomebirdError } from '../core/errors.ts'
import type { Row, StateColumns, Tables } from '../db/tables.ts'

/** Tables whose rows carry the state columns. */
export type StatorTable = { [T in keyof Tables]: Tables[T] extends StateColumns ? T : never }[keyof Tables]

export interface StateDeclaration {
  /** States that a row may move to from here. */
  readonly next: readonly string[]
  /** Marks the state that rows are born in, where it is not the only one that nothing leads to. */
  readonly initial?: true
  /** Makes the state automatic: it has a handler, and this is the first interval between two attempts. */
  readonly retryEverySeconds?: number
  /** The interval doubles with each attempt up to this many seconds; without it the interval stays the same. */
  readonly backOffToSeconds?: number
  /** False delays the first attempt by one interval instead of making it at once. */
  readonly attemptsImmediately?: boolean
  /** After this long in the state the row moves to `timeoutState`. */
  readonly timeoutSeconds?: number
  readonly timeoutState?: string
  /** After this long in the state the row is deleted. */
  readonly deleteAfterSeconds?: number
}

export type StateDeclarations = Readonly<Record<string, StateDeclaration>>

export interface GraphOptions {
  /** Primary key column; `id` unless said otherwise. */
  readonly key?: string
  /** Column that holds the remote host a row concerns; bounds the rows in flight per host. */
  readonly hostColumn?: string
  /**
   * With `hostColumn`, for work that costs this home and not the host: instead of the bound per host, rows of one host
   * take at most this share of what is in flight as long as other hosts wait. Above 0, at most 1.
   */
  readonly hostShare?: number
  /** `concurrencyPerModel` times this many calls of handlers of the graph run at once. */
  readonly concurrencyFactor?: number
  /** Most rows of one claim; a batch handler gets them together. */
  readonly claimSize?: number
  /** While rows come in a stream they are handled in fewer and larger batches: for what others bring in bursts. */
  readonly gathers?: true
  /** For work that is done in one go and may take long: instead of what the worker allows a call of a handler. */
  readonly handlerSeconds?: number
}

export interface Graph<T extends StatorTable = StatorTable, S extends StateDeclarations = StateDeclarations> {
  /** Table and name of the graph in one. */
  readonly table: T
  readonly states: S
  // Not narrowed to the names of `S`: that would make a particular graph no `Graph`.
  readonly initial: string
  readonly key: string
  readonly hostColumn: string | null
  readonly hostShare: number | null
  readonly concurrencyFactor: number
  readonly claimSize: number
  readonly gathers: boolean
  /** Null where what the worker allows is enough. */
  readonly handlerSeconds: number | null
}

/** Every state of a graph. */
export type StateOf<G extends Graph> = Extract<keyof G['states'], string>

/** The states that need a handler. */
export type AutomaticStateOf<G extends Graph> = {
  [S in StateOf<G>]: G['states'][S] extends { readonly retryEverySeconds: number } ? S : never
}[StateOf<G>]

type NextOf<G extends Graph, S extends StateOf<G>> = G['states'][S]['next'][number]

export interface Again {
  readonly again: true
  /** Instead of the declared interval. */
  readonly afterSeconds?: number
  /** Stored with the row, for the inspector: why not yet. */
  readonly reason?: string
  /** The row has only waited its turn: no attempt is counted, so its back-off does not grow. */
  readonly isUncounted?: boolean
}

/** Look at the row again later; neither a move nor an error. */
export function again(options: Omit<Again, 'again'> = {}): Again {
  return { again: true, ...options }
}

/** A move with a note that is stored with the row, such as the refusal of a peer. */
export interface Move<Next extends string> {
  readonly to: Next
  readonly note?: string
}

/** What a handler says of a row: the state it moves to, with or without a note, or that it stays for another try. */
export type Verdict<Next extends string> = Next | Move<Next> | Again

/** Given to handlers with each claim. */
export interface Work {
  /** Aborted when the worker stops or the lease is about to end; what is not finished then is done again. */
  readonly signal: AbortSignal
  /** Calls of the graph at once, at most, as things are now. */
  readonly mostCalls: number
}

/** A handler may run twice for the same row: its second run must be harmless. */
export type RowHandler<R, Next extends string> = (row: R, work: Work) => Promise<Verdict<Next>>
/** Verdicts by key. A row without a verdict is tried again; a throw tries every row of the batch alone. */
export type BatchHandler<R, Next extends string> = (
  rows: readonly R[],
  work: Work,
) => Promise<ReadonlyMap<string, Verdict<Next>>>

/**
 * `each` suits rows that wait for another server: every row finishes on its own and holds up no other. `batch` suits
 * rows that share SQL. Claiming and finishing are grouped either way. A call counts once against the concurrency.
 */
export type StateHandler<R, Next extends string> =
  | { readonly each: RowHandler<R, Next> }
  | { readonly batch: BatchHandler<R, Next> }

/** Exactly one handler for each automatic state, and none for the others. */
export type HandlersOf<G extends Graph> = {
  readonly [S in AutomaticStateOf<G>]: StateHandler<Row<G['table']>, NextOf<G, S>>
}

/** A graph with its handlers, as a worker runs it. */
export interface GraphWork<G extends Graph = Graph> {
  readonly graph: G
  readonly handlers: HandlersOf<G>
}

/**
 * @throws HomebirdError GRAPH_INVALID when there is not exactly one initial state, a move leads to an unknown state, an
 *   automatic state leads nowhere, or a state without exit has an interval
 */
export function defineGraph<const T extends StatorTable, const S extends StateDeclarations>(
  table: T,
  states: S,
  options: GraphOptions = {},
): Graph<T, S> {
  for (const [name, state] of Object.entries<StateDeclaration>(states)) checkState(table, states, name, state)
  checkOptions(table, options)
  return {
    table,
    states,
    initial: findInitial(table, states),
    key: options.key ?? 'id',
    hostColumn: options.hostColumn ?? null,
    hostShare: options.hostShare ?? null,
    concurrencyFactor: options.concurrencyFactor ?? 1,
    claimSize: options.claimSize ?? 50,
    gathers: options.gathers ?? false,
    handlerSeconds: options.handlerSeconds ?? null,
  }
}

function invalid(table: string, why: string): never {
  throw new HomebirdError('GRAPH_INVALID', `graph ${table}: ${why}`)
}

function checkOptions(table: string, options: GraphOptions): void {
  const { hostColumn, hostShare, concurrencyFactor = 1, claimSize = 1, handlerSeconds = 1 } = options
  if (hostShare !== undefined && (hostColumn === undefined || !(hostShare > 0 && hostShare <= 1))) {
    invalid(table, `hostShare needs a hostColumn and must be above 0 and at most 1, not ${hostShare}`)
  }
  if (!(concurrencyFactor > 0)) invalid(table, `concurrencyFactor must be above 0, not ${concurrencyFactor}`)
  if (!(handlerSeconds > 0)) invalid(table, `handlerSeconds must be above 0, not ${handlerSeconds}`)
  if (!Number.isInteger(claimSize) || claimSize < 1 || claimSize > 500) {
    invalid(table, `claimSize must be a whole number from 1 to 500, not ${claimSize}`)
  }
}

function checkState(table: string, states: StateDeclarations, name: string, state: StateDeclaration): void {
  for (const target of [...state.next, ...(state.timeoutState === undefined ? [] : [state.timeoutState])]) {
    if (!Object.hasOwn(states, target)) invalid(table, `${name} leads to ${target}, which is not declared`)
  }
  const hasHandler = state.retryEverySeconds !== undefined
  if (hasHandler && state.next.length === 0) invalid(table, `${name} has an interval and leads nowhere`)
  if (hasHandler && !(state.retryEverySeconds > 0)) invalid(table, `the interval of ${name} must be above 0`)
  if (hasHandler && state.deleteAfterSeconds !== undefined) {
    invalid(
      table,
      `${name} is automatic: rows that wait for an attempt are moved by a timeout, never deleted`,
    )
  }
  if ((state.timeoutSeconds === undefined) !== (state.timeoutState === undefined)) {
    invalid(table, `${name} needs both timeoutSeconds and timeoutState, or neither`)
  }
  if (!hasHandler && (state.backOffToSeconds ?? state.attemptsImmediately) !== undefined) {
    invalid(table, `${name} has no handler, so it has no attempts to plan`)
  }
}

function findInitial(table: string, states: StateDeclarations): string {
  const marked = Object.keys(states).filter((name) => states[name]?.initial === true)
  if (marked.length > 1) invalid(table, `several initial states: ${marked.join(', ')}`)
  if (marked[0] !== undefined) return marked[0]
  const reached = new Set(
    Object.values(states).flatMap((state) => state.next.concat(state.timeoutState ?? [])),
  )
  const orphans = Object.keys(states).filter((name) => !reached.has(name))
  if (orphans.length !== 1) {
    invalid(table, `exactly one state must be initial, found ${orphans.length}: ${orphans.join(', ')}`)
  }
  return orphans[0] ?? ''
}

/** The states that lead to this one, timeouts included. */
export function parentsOf(graph: Graph, state: string): readonly string[] {
  return Object.entries(graph.states)
    .filter(([, { next, timeoutState }]) => next.includes(state) || timeoutState === state)
    .map(([name]) => name)
}

export function isAutomatic(graph: Graph, state: string): boolean {
  return graph.states[state]?.retryEverySeconds !== undefined
}

/** The states whose rows Stator moves on by itself. */
export function automaticStatesOf(graph: Graph): readonly string[] {
  return Object.keys(graph.states).filter((name) => isAutomatic(graph, name))
}

/** Seconds from entering a state to the first attempt in it; null where there is none. */
export function dueAfterSeconds(graph: Graph, state: string): number | null {
  const declared = graph.states[state]
  if (declared?.retryEverySeconds === undefined) return null
  return declared.attemptsImmediately === false ? declared.retryEverySeconds : 0
}

/** SQL type of the key column: ids are 64-bit, every other key is text. */
export function keyTypeOf(graph: Graph): 'bigint' | 'text' {
  return graph.key === 'id' ? 'bigint' : 'text'
}
