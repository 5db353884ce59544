/** What waits in the graphs of the home, what is tried again, what is not tried any more. */
import { sql } from 'kysely'
import type { GraphBacklog } from '../../contracts/home-status.ts'
import type { Querier } from '../../db/pool.ts'
import { automaticStatesOf } from '../../stator/graph.ts'
import { readWaiting } from '../../stator/status.ts'
import { homeGraphs } from '../owner/home-graphs.ts'

/** Of each graph: whatever comes due later than these says little about now. */
const MOST_LOOKED = 5_000

/** Two statements. Graphs with nothing in them are left out. */
export async function readBacklogs(db: Querier): Promise<GraphBacklog[]> {
  const [waiting, retrying] = await Promise.all([readWaiting(db, homeGraphs), readRetrying(db)])
  return waiting
    .map(({ graph, waiting: due, oldestSeconds, quarantined }) => ({
      graph,
      waiting: due,
      oldestSeconds: oldestSeconds === null ? null : Math.round(oldestSeconds),
      retrying: retrying.get(graph) ?? 0,
      givenUp: quarantined,
    }))
    .filter((one) => one.waiting + one.retrying + one.givenUp > 0)
}

async function readRetrying(db: Querier): Promise<Map<string, number>> {
  const parts = homeGraphs.map(
    (graph) => sql`
      select ${graph.table} as graph, count(*)::integer as retrying
        from (select state_attempts, state from ${sql.table(graph.table)}
               where state_priority in (0, 1) and state_next_attempt_at > now() limit ${MOST_LOOKED}) as later
       where state_attempts > 0 and state = any(${automaticStatesOf(graph)}::text[])`,
  )
  const { rows } = await sql<{ graph: string; retrying: number }>`
    ${sql.join(parts, sql` union all `)}`.execute(db)
  return new Map(rows.map(({ graph, retrying }) => [graph, retrying]))
}

export interface DeliveryFacts {
  readonly waiting: number
  readonly servers: number
  readonly troubled: number
}

/** One statement. */
export async function readDeliveries(db: Querier): Promise<DeliveryFacts> {
  const { rows } = await sql<DeliveryFacts>`
    select count(*)::integer as waiting, count(distinct host)::integer as servers,
           (select count(*) from peers where failures > 0)::integer as troubled
      from fan_outs where state = 'new'`.execute(db)
  return rows[0] ?? { waiting: 0, servers: 0, troubled: 0 }
}
