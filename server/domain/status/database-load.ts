/** How much the database is used, for who measures. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

export interface DatabaseLoad {
  readonly bytes: number
  readonly mostConnections: number
  /** By the name of the program, such as `homebird server`. */
  readonly connections: readonly { readonly program: string; readonly count: number }[]
  readonly commits: number
  readonly rollbacks: number
  readonly blocksRead: number
  readonly blocksHit: number
}

/** Two statements. */
export async function readDatabaseLoad(db: Querier): Promise<DatabaseLoad> {
  const [load, connections] = await Promise.all([
    sql<Omit<DatabaseLoad, 'connections'>>`
      select pg_database_size(current_database())::float8 as bytes,
             current_setting('max_connections')::integer as "mostConnections",
             xact_commit::float8 as commits, xact_rollback::float8 as rollbacks,
             blks_read::float8 as "blocksRead", blks_hit::float8 as "blocksHit"
        from pg_stat_database where datname = current_database()`.execute(db),
    sql<DatabaseLoad['connections'][number]>`
      select coalesce(nullif(substring(application_name from '^homebird [a-z-]+'), ''), 'other') as program,
             count(*)::integer as count
        from pg_stat_activity where datname = current_database() group by 1 order by 1`.execute(db),
  ])
  const [row] = load.rows
  if (row === undefined) throw new Error('the database tells nothing of itself')
  return { ...row, connections: connections.rows }
}
