/** How long ago a worker, on whichever machine, last asked the database: it does so every few seconds, also without work. */
import { sql } from 'kysely'
import { connectionNameOf } from './connection.ts'
import type { Querier } from './pool.ts'

/** @returns whole seconds; null where no worker is connected */
export async function readTickAge(db: Querier): Promise<number | null> {
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from clock_timestamp() - max(greatest(query_start, state_change)))::float8 as seconds
      from pg_stat_activity
     where datname = current_database() and application_name = ${connectionNameOf('worker')}`.execute(db)
  const seconds = rows[0]?.seconds ?? null
  return seconds === null ? null : Math.max(0, Math.round(seconds))
}
