/**
 * Takes rows away that nothing ties to the owner, one slice of a table at a time, in the order of their ids. A slice is one
 * short transaction: its rows are locked, those that somebody is using at this moment are left out, and what ties them is
 * looked at again under the lock, so that a bookmark made a moment ago keeps its post.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'

export type PrunedTable = 'posts' | 'actors' | 'hashtags' | 'cards'

export interface Pruning {
  readonly table: PrunedTable
  /** Of a row called `candidate`: that it may go. Costs what one row costs, whatever the size of the table. */
  readonly mayGo: RawBuilder<boolean>
  /** What must be said before the rows are gone. @returns how many rows go with them, besides */
  readonly before?: (tx: Transaction, ids: readonly string[]) => Promise<number>
}

export interface Slice {
  readonly after: string
  /** Rows from this id on are not looked at. */
  readonly below: string
  /** Most rows that are looked at. */
  readonly size: number
}

export interface Looked {
  /** Id of the last row that was looked at; null when there is none any more. */
  readonly last: string | null
  /** Of those that may go. */
  readonly ids: readonly string[]
}

/** Looks only. */
export async function lookAtSlice(db: Querier, pruning: Pruning, slice: Slice): Promise<Looked> {
  const { rows } = await sql<{ last: string | null; ids: string[] }>`
    with slice as materialized (
      select * from ${sql.table(pruning.table)} as every
       where every.id > ${slice.after}::bigint and every.id < ${slice.below}::bigint
       order by every.id limit ${slice.size}::integer
    )
    select (select max(id) from slice) as last,
           array(select candidate.id from slice as candidate where ${pruning.mayGo} order by candidate.id) as ids`.execute(
    db,
  )
  return rows[0] ?? { last: null, ids: [] }
}

export interface Pruned {
  readonly last: string | null
  readonly removed: number
}

export async function pruneSlice(db: Querier, pruning: Pruning, slice: Slice): Promise<Pruned> {
  const { last, ids } = await lookAtSlice(db, pruning, slice)
  if (ids.length === 0) return { last, removed: 0 }
  // Counting what came in meanwhile takes the same locks the other way round: then one of the two begins anew.
  const removed = await inTransaction(db, async (tx) => removeIfLoose(tx, pruning, ids))
  return { last, removed }
}

async function removeIfLoose(tx: Transaction, pruning: Pruning, ids: readonly string[]): Promise<number> {
  const table = sql.table(pruning.table)
  // Whoever makes a tie to a row holds it, so that it is skipped; whoever comes later waits, and finds it gone.
  const { rows: locked } = await sql<{ id: string }>`
    select id from ${table} where id = any(${ids}::bigint[]) order by id for update skip locked`.execute(tx)
  const { rows: loose } = await sql<{ id: string }>`
    select candidate.id from ${table} as candidate
     where candidate.id = any(${locked.map(({ id }) => id)}::bigint[]) and ${pruning.mayGo}`.execute(tx)
  if (loose.length === 0) return 0
  const going = loose.map(({ id }) => id)
  const besides = (await pruning.before?.(tx, going)) ?? 0
  await sql`delete from ${table} where id = any(${going}::bigint[])`.execute(tx)
  return going.length + besides
}

/**
 * True where a row is found. Not `exists`: that may be turned into a join, which is planned for a whole table; this looks a
 * row up for each candidate.
 * @param query  from its `from` on
 */
export function some(query: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`coalesce((select true ${query} limit 1), false)`
}
