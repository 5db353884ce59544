/**
 * How code outside a handler touches states: it moves rows along declared moves, makes waiting rows due, and brings
 * quarantined rows back. A row that a worker holds at that moment is taken from it: its late result is refused.
 */
import { HomebirdError } from '../core/errors.ts'
import type { Querier, Transaction } from '../db/pool.ts'
import { wakeWorker } from '../db/transaction.ts'
import {
  type Graph,
  type StateOf,
  automaticStatesOf,
  dueAfterSeconds,
  isAutomatic,
  keyTypeOf,
} from './graph.ts'
import { identifier, literal, send } from './statement.ts'
import { boundedText } from './state-text.ts'

export interface MoveOptions {
  /** Stored with the row, for the inspector. */
  readonly note?: string
  /** 0 is the owner's own work, 1 everything else; without it the row keeps what it has. */
  readonly priority?: 0 | 1
}

/** Assignments that end whatever was going on with a row. */
const LET_GO = `state_lock_token = null, state_locked_until = null,
       state_attempts = 0, state_errors = 0, state_deaths = 0`

/**
 * Moves rows to a state, those of them that are in a state which declares the move; the others stay as they are.
 * Moving into an automatic state makes the rows due and wakes the workers when the transaction commits.
 * @param keys  values of the graph's key column
 * @returns the keys of the rows that were moved, in no order
 * @throws HomebirdError STATE_UNDECLARED when no state of the graph leads to `to`
 */
export async function moveRows<G extends Graph>(
  tx: Transaction,
  graph: G,
  keys: readonly string[],
  to: StateOf<G>,
  options: MoveOptions = {},
): Promise<string[]> {
  const parents = Object.keys(graph.states).filter((name) => graph.states[name]?.next.includes(to))
  if (parents.length === 0) {
    throw new HomebirdError('STATE_UNDECLARED', `graph ${graph.table}: no state leads to ${to}`)
  }
  if (keys.length === 0) return []
  const key = identifier(graph.key)
  const rows = await send<{ key: string }>(
    tx,
    `update ${identifier(graph.table)}
        set state = $2, state_changed_at = now(), state_next_attempt_at = now() + $3::float8 * interval '1 second',
            state_error = $4, state_priority = coalesce($5::smallint, state_priority), ${LET_GO}
      where ${key} = any($1::${keyTypeOf(graph)}[]) and (state in (${parents.map(literal).join(', ')})) is true
  returning ${key}::text as key`,
    [
      keys,
      to,
      dueAfterSeconds(graph, to),
      options.note === undefined ? null : boundedText(options.note),
      options.priority ?? null,
    ],
  )
  if (rows.length > 0 && isAutomatic(graph, to)) await wakeWorker(tx, graph.table)
  return rows.map((row) => row.key)
}

/**
 * Makes the waiting rows of one host due at once, as when a server that was silent speaks again. Rows that a worker
 * holds and rows in quarantine stay as they are.
 * @returns how many rows became due
 */
export async function hastenHost(tx: Querier, graph: Graph, host: string): Promise<number> {
  return hasten(tx, graph, { hosts: [host], at: 'now()', exceptNote: '' })
}

const SPREAD_MS_OF_EACH = 20
const MOST_SPREAD_MS = 2_000

/**
 * As `hastenHost` for many, spread over two seconds at most: they share a line that has only just come back.
 * @param exceptNote  rows that wait with this note go on waiting
 */
export async function hastenHosts(
  tx: Querier,
  graph: Graph,
  hosts: readonly string[],
  exceptNote: string,
): Promise<number> {
  const spreadMs = Math.min((hosts.length - 1) * SPREAD_MS_OF_EACH, MOST_SPREAD_MS)
  return hasten(tx, graph, { hosts, at: `now() + random() * interval '${spreadMs} ms'`, exceptNote })
}

interface Hastening {
  readonly hosts: readonly string[]
  /** SQL of the moment. */
  readonly at: string
  readonly exceptNote: string
}

async function hasten(tx: Querier, graph: Graph, { hosts, at, exceptNote }: Hastening): Promise<number> {
  if (graph.hostColumn === null) {
    throw new HomebirdError('GRAPH_INVALID', `graph ${graph.table} has no column of hosts`)
  }
  const rows = await send(
    tx,
    `update ${identifier(graph.table)} set state_next_attempt_at = least(state_next_attempt_at, ${at})
      where ${identifier(graph.hostColumn)} = any($1::text[]) and state in (${automaticStatesOf(graph).map(literal).join(', ')})
        and state_next_attempt_at > now() and state_lock_token is null and state_error is distinct from $2
  returning 1`,
    [hosts, exceptNote],
  )
  if (rows.length > 0) await wakeWorker(tx, graph.table)
  return rows.length
}

/** A row that is not tried any more, because its handler failed or its process died too often. */
export interface QuarantinedRow {
  readonly graph: string
  readonly key: string
  readonly about: string | null
  readonly state: string
  readonly changedAt: Date
  readonly errors: number
  readonly deaths: number
  /** Text of the last error. */
  readonly error: string | null
}

/** Whatever names a row of any graph to a person: its address, else that of what it is about, else a name. */
export const ABOUT = `left(coalesce(
       to_jsonb(stored) ->> 'uri', to_jsonb(stored) ->> 'object_uri', to_jsonb(stored) ->> 'activity_id',
       to_jsonb(stored) ->> 'url', to_jsonb(stored) ->> 'inbox_uri', to_jsonb(stored) ->> 'host',
       to_jsonb(stored) ->> 'name', to_jsonb(stored) ->> 'shortcode'), 500)`

/** A row is in quarantine when its state is automatic and no attempt is planned. */
function quarantined(graph: Graph): string {
  return `state in (${automaticStatesOf(graph).map(literal).join(', ')}) and state_next_attempt_at is null`
}

/** Rows in quarantine, the latest first. @param limit  most rows */
export async function listQuarantined(db: Querier, graph: Graph, limit: number): Promise<QuarantinedRow[]> {
  return send<QuarantinedRow>(
    db,
    `select ${literal(graph.table)} as graph, ${identifier(graph.key)}::text as key, ${ABOUT} as about, state,
            state_changed_at as "changedAt", state_errors as errors, state_deaths as deaths, state_error as error
       from ${identifier(graph.table)} as stored
      where ${quarantined(graph)}
      order by state_changed_at desc limit $1`,
    [limit],
  )
}

/**
 * Tries quarantined rows again, as if for the first time; other rows stay as they are. The text of the last error is
 * kept until the next attempt ends, and the timeout of the state begins anew.
 * @returns the keys of the rows that became due
 */
export async function redrive(tx: Querier, graph: Graph, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return []
  const key = identifier(graph.key)
  const rows = await send<{ key: string }>(
    tx,
    `update ${identifier(graph.table)} set state_changed_at = now(), state_next_attempt_at = now(), ${LET_GO}
      where ${key} = any($1::${keyTypeOf(graph)}[]) and (${quarantined(graph)}) is true
  returning ${key}::text as key`,
    [keys],
  )
  if (rows.length > 0) await wakeWorker(tx, graph.table)
  return rows.map((row) => row.key)
}

/**
 * Makes a row that waits for its next attempt due at once. One that a worker holds, or that is in quarantine, stays as it is.
 * @returns whether it became due
 */
export async function hastenRow(tx: Querier, graph: Graph, key: string): Promise<boolean> {
  const rows = await send(
    tx,
    `update ${identifier(graph.table)} set state_next_attempt_at = now()
      where ${identifier(graph.key)} = $1::${keyTypeOf(graph)}
        and state in (${automaticStatesOf(graph).map(literal).join(', ')})
        and state_next_attempt_at > now() and state_lock_token is null
  returning 1`,
    [key],
  )
  if (rows.length > 0) await wakeWorker(tx, graph.table)
  return rows.length > 0
}
