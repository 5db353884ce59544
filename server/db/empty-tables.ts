/** Empties all tables but some, those of later versions too: what is not named here goes. */
import { sql } from 'kysely'
import type { Transaction } from './pool.ts'

/** @param kept  names; none of them may refer to a table that is emptied */
export async function emptyTables(tx: Transaction, kept: readonly string[]): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
     where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
       and not relispartition and relname <> all(${kept}::text[])
     order by relname`.execute(tx)
  const tables = rows.map(({ name }) => sql.table(name))
  if (tables.length > 0) await sql`truncate table ${sql.join(tables)}`.execute(tx)
}
