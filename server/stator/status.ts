/** What waits in each graph, for the status page: one statement. */
import type { Querier } from '../db/pool.ts'
import { type Graph, automaticStatesOf } from './graph.ts'
import { identifier, literal, send } from './statement.ts'
import { countWaiting } from './statistics.ts'

export interface WaitingRows {
  readonly graph: string
  readonly waiting: number
  readonly oldestSeconds: number | null
  readonly quarantined: number
}

export async function readWaiting(db: Querier, graphs: readonly Graph[]): Promise<WaitingRows[]> {
  const parts = graphs.map((graph) => {
    const table = identifier(graph.table)
    const states = automaticStatesOf(graph).map(literal).join(', ')
    const oldest = (priority: number): string => `(
      select state_next_attempt_at from ${table}
       where state_priority = ${priority} and state_next_attempt_at <= now() and (state in (${states})) is true
         and (state_locked_until is null or state_locked_until <= now())
       order by state_next_attempt_at limit 1)`
    return `
    select ${literal(graph.table)} as graph, ${countWaiting(graph)} as waiting,
           extract(epoch from now() - least(${oldest(0)}, ${oldest(1)}))::float8 as "oldestSeconds",
           (select count(*)::int from ${table}
             where state in (${states}) and state_next_attempt_at is null) as quarantined`
  })
  return parts.length === 0 ? [] : send<WaitingRows>(db, parts.join(' union all '), [])
}
