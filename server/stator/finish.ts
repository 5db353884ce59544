/**
 * Writes back what handlers said, many rows in one statement, only where the lease is still held. What has piled up while
 * one statement is in flight is the next one; while calls still run, statements are a little apart, so that results gather.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { describeError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import { type Database, type Querier } from '../db/pool.ts'
import { sqlState } from '../db/transaction.ts'
import type { Outcome } from './attempt.ts'
import { backOffSeconds } from './backoff.ts'
import type { Task } from './claim.ts'
import { LONGEST_PAUSE_SECONDS } from './far-future.ts'
import { type Graph, dueAfterSeconds, keyTypeOf } from './graph.ts'
import { boundedText } from './state-text.ts'
import { identifier, literal, send } from './statement.ts'

/** Errors in a row after which a row is put in quarantine. */
export const MOST_ERRORS = 12
const MOST_PER_STATEMENT = 500
/** Nobody waits for a result that is written so much later; a process that dies meanwhile repeats what it had not written. */
const SPACING_MS = 25
const RETRY_FIRST_MS = 200
const RETRY_MOST_MS = 5_000

export type Finished = Exclude<Outcome, { kind: 'interrupted' }>

export interface Finish {
  readonly task: Task
  readonly outcome: Finished
}

export interface FinishResult extends Finish {
  /** The state the row is in now; null when the result was refused because the lease was lost. */
  readonly state: string | null
  /** Seconds until the row's next attempt; null when none is planned. */
  readonly dueInSeconds: number | null
  readonly isQuarantined: boolean
}

interface FinisherOptions {
  readonly db: Database
  readonly graph: Graph
  readonly log: Logger
  /** At least 0 and below 1. */
  readonly random: () => number
  readonly onFinished: (results: readonly FinishResult[]) => void
  /** Whether calls run whose results will come soon. */
  readonly isMoreComing: () => boolean
}

export class Finisher {
  readonly #options: FinisherOptions
  readonly #text: string
  readonly #closing = new AbortController()
  #pending: Finish[] = []
  #isWriting = false
  /** Set while it waits for more. */
  #gathering: (() => void) | null = null

  constructor(options: FinisherOptions) {
    this.#options = options
    this.#text = finishText(options.graph)
  }

  /** Results that are not written back yet. */
  get backlog(): number {
    return this.#pending.length
  }

  add(finishes: readonly Finish[]): void {
    this.#pending.push(...finishes)
    if (!this.#isWriting) void this.#run()
    else if (!this.#options.isMoreComing()) this.#gathering?.()
  }

  /** Gives up waiting for a database that does not answer; what is not written then is done again after its lease. */
  close(): void {
    this.#closing.abort()
  }

  async #run(): Promise<void> {
    this.#isWriting = true
    let retryMs = RETRY_FIRST_MS
    while (this.#pending.length > 0 && !this.#closing.signal.aborted) {
      const group = this.#pending.splice(0, MOST_PER_STATEMENT)
      try {
        await this.#write(group)
        retryMs = RETRY_FIRST_MS
        await this.#gather()
      } catch (error) {
        // Nothing of the group was written, or what was is refused the second time.
        this.#pending.unshift(...group)
        this.#options.log.warn({ event: 'stator.finish_delayed', graph: this.#options.graph.table, error })
        await delay(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined)
        retryMs = Math.min(retryMs * 2, RETRY_MOST_MS)
      }
    }
    this.#isWriting = false
  }

  async #gather(): Promise<void> {
    if (!this.#options.isMoreComing() || this.#closing.signal.aborted) return
    const gathered = Promise.withResolvers<void>()
    const timer = setTimeout(gathered.resolve, SPACING_MS)
    this.#gathering = gathered.resolve
    await gathered.promise
    clearTimeout(timer)
    this.#gathering = null
  }

  /** @throws the driver's errors when the database cannot be reached; an error that belongs to a row harms only it */
  async #write(group: readonly Finish[]): Promise<void> {
    try {
      this.#options.onFinished(await this.#send(group))
      return
    } catch (error) {
      if (!isRowsFault(error)) throw error
      if (group.length === 1) return this.#writeFailure(group, error)
    }
    for (const finish of group) await this.#write([finish])
  }

  /** The move itself is impossible, as when a constraint forbids it: that is an error of the attempt. */
  async #writeFailure(group: readonly Finish[], cause: unknown): Promise<void> {
    const { graph, log, onFinished } = this.#options
    const failed = group.map(({ task, outcome }) => ({
      task,
      outcome: {
        kind: 'failed' as const,
        error: `${outcome.kind} cannot be written: ${describeError(cause)}`,
      },
    }))
    try {
      onFinished(await this.#send(failed))
    } catch (error) {
      if (!isRowsFault(error)) throw error
      // Not even its failure can be written: the row comes back when its lease ends.
      log.error({ event: 'stator.finish_impossible', graph: graph.table, error })
      onFinished(failed.map((finish) => resultOf(finish, undefined)))
    }
  }

  async #send(group: readonly Finish[]): Promise<FinishResult[]> {
    const { db, graph, random } = this.#options
    const rows = await sendFinishes(db, this.#text, graph, group, random)
    const written = new Map(rows.map((row) => [row.key, row]))
    return group.map((finish) => resultOf(finish, written.get(finish.task.key)))
  }
}

function resultOf({ task, outcome }: Finish, row: WrittenRow | undefined): FinishResult {
  const { state = null, dueInSeconds = null, isQuarantined = false } = row ?? {}
  return { task, outcome, state, dueInSeconds, isQuarantined }
}

/** Classes of errors that say something about the statement's values, and not about the database's condition. */
function isRowsFault(error: unknown): boolean {
  const code = sqlState(error)
  return code !== undefined && !/^(08|25|40|53|55|57|58|XX)/.test(code)
}

interface WrittenRow {
  readonly key: string
  readonly state: string
  readonly dueInSeconds: number | null
  readonly isQuarantined: boolean
}

async function sendFinishes(
  db: Querier,
  text: string,
  graph: Graph,
  group: readonly Finish[],
  random: () => number,
): Promise<WrittenRow[]> {
  const planned = group.map(({ task, outcome }) => planOf(graph, task, outcome, random()))
  return send<WrittenRow>(db, text, [
    group.map(({ task }) => task.key),
    group.map(({ task }) => task.token),
    group.map(({ task }) => task.row.state),
    planned.map((plan) => plan.next),
    planned.map((plan) => plan.afterSeconds),
    planned.map((plan) => (plan.note === null ? null : boundedText(plan.note))),
    planned.map((plan) => plan.isError),
    planned.map((plan) => plan.isCounted),
  ])
}

interface Plan {
  /** Null stays in the state. */
  readonly next: string | null
  /** Null plans no further attempt. */
  readonly afterSeconds: number | null
  readonly note: string | null
  readonly isError: boolean
  readonly isCounted: boolean
}

/** Pure: what becomes of a row. The timeout and the quarantine are the statement's to decide, by database time. */
export function planOf(graph: Graph, task: Task, outcome: Finished, random: number): Plan {
  if (outcome.kind === 'move') {
    return {
      next: outcome.to,
      afterSeconds: dueAfterSeconds(graph, outcome.to),
      note: outcome.note,
      isError: false,
      isCounted: true,
    }
  }
  const { retryEverySeconds = 60, backOffToSeconds } = graph.states[task.row.state] ?? {}
  const planned = backOffSeconds(retryEverySeconds, backOffToSeconds, task.row.state_attempts, random)
  if (outcome.kind === 'failed')
    return { next: null, afterSeconds: planned, note: outcome.error, isError: true, isCounted: true }
  const afterSeconds = Math.min(outcome.afterSeconds ?? planned, LONGEST_PAUSE_SECONDS)
  return { next: null, afterSeconds, note: outcome.reason, isError: false, isCounted: outcome.isCounted }
}

/**
 * `$1` keys, `$2` tokens, `$3` states the rows were in, `$4` states they move to, `$5` seconds to the next attempt,
 * `$6` notes, `$7` whether the attempt failed, `$8` whether it counts as one. Returns the rows that were still held.
 */
function finishText(graph: Graph): string {
  const key = identifier(graph.key)
  const isTimedOut = `(d.next is null and t.state_changed_at + s.timeout_seconds * interval '1 second' <= now())`
  const isMoved = `(d.next is not null or coalesce(${isTimedOut}, false))`
  const isPoison = `(d.is_error and t.state_errors + 1 >= ${MOST_ERRORS})`
  return `
  update ${identifier(graph.table)} as t
     set state = case when d.next is not null then d.next when ${isTimedOut} then s.timeout_state else t.state end,
         state_changed_at = case when ${isMoved} then now() else t.state_changed_at end,
         state_next_attempt_at = case
           when ${isTimedOut} then now() + s.timeout_due_seconds * interval '1 second'
           when ${isPoison} then null
           else now() + d.after_seconds * interval '1 second' end,
         state_attempts = case when ${isMoved} then 0 else t.state_attempts + d.is_counted::int end,
         state_errors = case when ${isMoved} or not d.is_error then 0 else t.state_errors + 1 end,
         state_deaths = 0,
         state_error = case when ${isTimedOut} then 'timed out' || coalesce(': ' || coalesce(d.note, t.state_error), '')
                            else d.note end,
         state_lock_token = null, state_locked_until = null
    from unnest($1::${keyTypeOf(graph)}[], $2::uuid[], $3::text[], $4::text[], $5::float8[], $6::text[], $7::bool[],
                $8::bool[]) as d (key, token, was, next, after_seconds, note, is_error, is_counted)
    left join (${timeoutsOf(graph)}) as s (state, timeout_seconds, timeout_state, timeout_due_seconds)
      on s.state = d.was
   where t.${key} = d.key and t.state_lock_token = d.token
  returning t.${key}::text as key, t.state, extract(epoch from t.state_next_attempt_at - now())::float8 as "dueInSeconds",
            (t.state_errors >= ${MOST_ERRORS} and t.state_next_attempt_at is null) as "isQuarantined"`
}

/** The timeouts of a graph as rows. */
function timeoutsOf(graph: Graph): string {
  const rows = Object.entries(graph.states).flatMap(([name, { timeoutSeconds, timeoutState }]) => {
    if (timeoutSeconds === undefined || timeoutState === undefined) return []
    const due = dueAfterSeconds(graph, timeoutState)
    return [
      `(${literal(name)}, ${timeoutSeconds}::float8, ${literal(timeoutState)}, ${due ?? 'null'}::float8)`,
    ]
  })
  return rows.length > 0
    ? `values ${rows.join(', ')}`
    : `select null::text, null::float8, null::text, null::float8 where false`
}
