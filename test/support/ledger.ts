/**
 * Everything that a home has written down, as one number and one digest for each table: two ledgers are equal exactly
 * when not one column of one row has changed.
 */
import { sql } from 'kysely'
import type { Database } from '../../server/db/pool.ts'

export type Ledger = Readonly<Record<string, string>>

/**
 * Moved by looking at the home, or by time alone: pictures of a timeline are fetched at their own pace, a sample is taken
 * with each minute, and the doctor looks some time after the start.
 */
const RESTLESS = [
  'owner_sessions',
  'oauth_tokens',
  'stator_counts',
  'heartbeats',
  'timeline_pictures',
  'home_statistics',
  'doctor_findings',
  'doctor_runs',
]
/** When a server last took something from us is written down later, many at once. */
const RESTLESS_COLUMNS = ['last_success_at']

let statements: { readonly read: string; readonly due: string } | null = null

export async function readLedger(db: Database): Promise<Ledger> {
  const { read } = await statementsFor(db)
  const { rows } = await sql<{ name: string; entry: string }>`${sql.raw(read)}`.execute(db)
  return Object.fromEntries(rows.map(({ name, entry }) => [name, entry]))
}

/** How many rows a worker holds or is about to take. */
export async function countDue(db: Database): Promise<number> {
  const { due } = await statementsFor(db)
  const { rows } = await sql<{ due: string }>`${sql.raw(due)}`.execute(db)
  return Number(rows[0]?.due)
}

async function statementsFor(db: Database): Promise<{ readonly read: string; readonly due: string }> {
  if (statements !== null) return statements
  const { rows } = await sql<{ name: string; has_state: boolean }>`
    select table_name as name,
           bool_or(column_name = 'state_next_attempt_at') as has_state
      from information_schema.columns
     where table_schema = 'public' and table_name <> all(${RESTLESS}::text[])
     group by table_name`.execute(db)
  const read = rows.map(
    ({ name }) => `
      select '${name}' as name,
             count(*) || ' rows, ' || left(md5(coalesce(string_agg(t, chr(10) order by t), '')), 8) as entry
        from (select (to_jsonb(${name}) - '{${RESTLESS_COLUMNS.join(',')}}'::text[])::text as t from ${name}) as each`,
  )
  const due = rows
    .filter(({ has_state }) => has_state)
    .map(
      ({ name }) => `
        select count(*) as due from ${name}
         where state_next_attempt_at <= now() + interval '1 second' or state_lock_token is not null`,
    )
  statements = {
    read: read.join(' union all '),
    due: `select sum(due) as due from (${due.join(' union all ')}) as each`,
  }
  return statements
}
