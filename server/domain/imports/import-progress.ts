/** How imports go, what of them failed and why, and how the owner ends one or has its failures tried again. */
import { sql } from 'kysely'
import type { ImportProgress, ImportState } from '../../contracts/import.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Database, Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { csvLine } from '../exports/csv.ts'
import { importGraph } from './import-graph.ts'

const MOST_LISTED = 100
/** Failures of one statement. */
const STEP = 1_000

/** The latest first. @param actorId  null for those of every identity */
export async function listImports(db: Querier, actorId: string | null): Promise<ImportProgress[]> {
  const rows = await db
    .selectFrom('imports')
    .selectAll()
    .where((where) => (actorId === null ? where.lit(true) : where('actor_id', '=', actorId)))
    .orderBy('id', 'desc')
    .limit(MOST_LISTED)
    .execute()
  return rows.map(progressOf)
}

/** @throws HomebirdError NOT_FOUND */
export async function getImport(db: Querier, id: string): Promise<ImportProgress> {
  const row = isRowId(id)
    ? await db.selectFrom('imports').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined
  if (row === undefined) throw new HomebirdError('NOT_FOUND', `there is no import ${id.slice(0, 30)}`)
  return progressOf(row)
}

function progressOf(row: Row<'imports'>): ImportProgress {
  return {
    id: row.id,
    kind: row.kind,
    mode: row.overwrites ? 'overwrite' : 'merge',
    state: row.state as ImportState,
    entries: row.entries,
    done: row.done,
    failed: row.failed,
    pending: row.entries - row.done - row.failed,
    repeated: row.repeated,
    removed: row.removed,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

/** The failures as CSV: line, what it says, why; the list where there is one. Read page by page. */
export async function* exportFailures(db: Querier, importId: string): AsyncGenerator<string, void> {
  yield csvLine(['Line', 'Entry', 'Reason', 'List'])
  for (let after = { line: 0, id: '0' }; ;) {
    const { rows } = await sql<{ line: number; id: string; subject: string; reason: string; list: string }>`
      select line, id, subject, coalesce(reason, '') as reason, coalesce(facts ->> 'list', '') as list
        from import_entries
       where import_id = ${importId} and outcome = 'failed' and (line, id) > (${after.line}, ${after.id}::bigint)
       order by line, id limit ${STEP}`.execute(db)
    for (const { line, subject, reason, list } of rows) yield csvLine([String(line), subject, reason, list])
    const last = rows.at(-1)
    if (last === undefined || rows.length < STEP) return
    after = last
  }
}

/** What is done stays; nothing is taken away. Of one that is over nothing changes. @throws HomebirdError NOT_FOUND */
export async function cancelImport(db: Database, id: string, now: Date): Promise<ImportProgress> {
  await getImport(db, id)
  await inTransaction(db, async (tx) => {
    const moved = await moveRows(tx, importGraph, [id], 'cancelled')
    if (moved.length === 0) return
    await tx.updateTable('imports').set({ finished_at: now }).where('id', '=', id).execute()
    // Entries that nobody has come to yet need no handler to learn of it.
    await sql`
      update import_entries
         set state = 'cancelled', state_changed_at = now(), state_next_attempt_at = null,
             state_lock_token = null, state_locked_until = null
       where import_id = ${id} and state in ('new', 'looking_up')`.execute(tx)
  })
  return getImport(db, id)
}

/**
 * Tries again what failed, but for lines that say nothing. Of one that was cancelled or is worked on nothing changes.
 * @throws HomebirdError NOT_FOUND
 */
export async function retryImport(db: Database, id: string): Promise<ImportProgress> {
  await getImport(db, id)
  await inTransaction(db, async (tx) => {
    const { rows } =
      await sql`select from imports where id = ${id} and state = 'finished' for update`.execute(tx)
    if (rows.length === 0) return
    const { numAffectedRows = 0n } = await sql`
      update import_entries
         set state = 'new', host = null, state_changed_at = now(), state_next_attempt_at = now(), state_attempts = 0,
             state_errors = 0, state_deaths = 0, state_error = null, outcome = null, reason = null, is_seen = false
       where import_id = ${id} and outcome = 'failed' and is_good`.execute(tx)
    if (numAffectedRows === 0n) return
    const again = Number(numAffectedRows)
    await sql`
      update imports set failed = failed - ${again}::integer, unseen = ${again}, finished_at = null
       where id = ${id}`.execute(tx)
    await moveRows(tx, importGraph, [id], 'working')
    await wakeWorker(tx, 'import_entries')
  })
  return getImport(db, id)
}
