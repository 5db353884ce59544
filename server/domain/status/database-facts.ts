/** What the database is, in a few words for whoever helps. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

/** Rows are estimated, as counting them would take long; null before the first estimate. One statement. */
export async function readDatabaseFacts(db: Querier): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await sql<{
    version: string
    migrations: number
    posts: string | null
    actors: string | null
  }>`
    select current_setting('server_version') as version,
           (select count(*)::integer from schema_migrations) as migrations,
           (select nullif(reltuples, -1)::bigint from pg_class where oid = 'posts'::regclass) as posts,
           (select nullif(reltuples, -1)::bigint from pg_class where oid = 'actors'::regclass) as actors`.execute(
    db,
  )
  const [found] = rows
  return {
    postgresql: found?.version,
    migrations: found?.migrations,
    posts: found?.posts,
    actors: found?.actors,
  }
}
