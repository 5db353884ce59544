/** One graph in depth, for whoever looks after it: rows by state, and rows whose last attempt went wrong. */
import type { Querier } from '../db/pool.ts'
import { type Graph, automaticStatesOf, isAutomatic } from './graph.ts'
import { ABOUT } from './move.ts'
import { identifier, literal, send } from './statement.ts'

/** Counting more than these would cost more than the figure is worth. */
const MOST_COUNTED = 100_000
/** What comes due later than these is left alone: tables of a million rows have due rows for weeks to come. */
const MOST_LOOKED = 5_000

export interface StateCount {
  readonly name: string
  readonly kind: 'automatic' | 'external' | 'final'
  readonly next: readonly string[]
  readonly rows: number
}

/** One statement, along the index by state. */
export async function countStates(db: Querier, graph: Graph): Promise<StateCount[]> {
  const names = Object.keys(graph.states)
  const counts = names.map(
    (name) => `
    select ${literal(name)} as name, count(*)::int as rows
      from (select 1 from ${identifier(graph.table)} where state = ${literal(name)} limit ${MOST_COUNTED}) as counted`,
  )
  const found = await send<{ name: string; rows: number }>(db, counts.join(' union all '), [])
  const rows = new Map(found.map((one) => [one.name, one.rows]))
  return names.map((name) => {
    const next = graph.states[name]?.next ?? []
    const kind = isAutomatic(graph, name) ? 'automatic' : next.length === 0 ? 'final' : 'external'
    return { name, kind, next, rows: rows.get(name) ?? 0 }
  })
}

export interface FailingRow {
  readonly key: string
  readonly about: string | null
  readonly state: string
  readonly attempts: number
  readonly error: string | null
  readonly nextAttemptAt: Date
}

/** One statement. @param limit  most rows */
export async function listFailing(db: Querier, graph: Graph, limit: number): Promise<FailingRow[]> {
  const states = automaticStatesOf(graph).map(literal).join(', ')
  return send<FailingRow>(
    db,
    `select ${identifier(graph.key)}::text as key, ${ABOUT} as about, state, state_attempts as attempts,
            state_error as error, state_next_attempt_at as "nextAttemptAt"
       from (select * from ${identifier(graph.table)}
              where state_priority in (0, 1) and state_next_attempt_at is not null
              order by state_next_attempt_at limit ${MOST_LOOKED}) as stored
      where state in (${states}) and state_attempts > 0 and state_error is not null
      order by state_next_attempt_at limit $1`,
    [limit],
  )
}
