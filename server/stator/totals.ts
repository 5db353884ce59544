/** What each graph did since its counting began, for who measures: as far back as months are kept. */
import { sql } from 'kysely'
import type { Querier } from '../db/pool.ts'

export interface GraphTotals {
  readonly graph: string
  readonly handled: number
  readonly failed: number
}

/** One statement. */
export async function readTotals(db: Querier): Promise<GraphTotals[]> {
  const { rows } = await sql<GraphTotals>`
    select graph, sum(handled)::float8 as handled, sum(failed)::float8 as failed
      from stator_counts where grain = 'month' group by graph order by graph`.execute(db)
  return rows
}
