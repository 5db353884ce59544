/** How far the run of a thread has come, written as it goes: whoever looks is told, and a new attempt goes on from there. */
import { sql } from 'kysely'
import type { Database, Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export interface ThreadGain {
  readonly postsStored: number
  readonly documentsRead: number
  readonly pagesRead: number
  readonly itemsListed: number
}

/** Undefined when the row is gone. */
export async function findThread(db: Database, id: string): Promise<Row<'thread_fetches'> | undefined> {
  return db.selectFrom('thread_fetches').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Adds what an attempt has gained so far. */
export async function addGain(db: Querier, id: string, gain: ThreadGain): Promise<void> {
  await sql`
    update thread_fetches
       set posts_stored = posts_stored + ${gain.postsStored}, documents_read = documents_read + ${gain.documentsRead},
           pages_read = pages_read + ${gain.pagesRead}, items_listed = items_listed + ${gain.itemsListed}
     where id = ${id}`.execute(db)
}

/** @param doneAt  null where something remains */
export async function noteRemaining(
  db: Querier,
  id: string,
  { remaining, lastError, doneAt }: { remaining: number; lastError: string | null; doneAt: Date | null },
): Promise<void> {
  await sql`
    update thread_fetches
       set remaining = ${remaining}, done_at = ${doneAt}, last_error = coalesce(left(${lastError}, 500), last_error)
     where id = ${id}`.execute(db)
}
