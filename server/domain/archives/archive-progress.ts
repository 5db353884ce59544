/** Archives of former accounts: how they are begun, how far they are, what of them did not come along, and how one is ended. */
import { sql } from 'kysely'
import type { ArchiveProgress, ArchiveState } from '../../contracts/archive.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import type { ArchiveShelf, TakenArchive } from '../../storage/archives/archive-shelf.ts'
import { csvLine } from '../exports/csv.ts'
import { cleanLine } from '../text/clean-text.ts'
import { archiveGraph } from './archive-graph.ts'

const MOST_LISTED = 100
const MOST_NAME_LENGTH = 200
/** Lines of one statement. */
const STEP = 1_000

interface NewArchive {
  readonly actorId: string
  readonly name: string
  readonly taken: TakenArchive
  readonly now: Date
}

/**
 * The same archive again while it is worked on is the import that is there.
 * @returns the id of the import
 * @throws HomebirdError STORAGE_UNREACHABLE where archives lie with a provider
 */
export async function beginArchive(
  db: Database,
  shelf: ArchiveShelf,
  { actorId, name, taken, now }: NewArchive,
): Promise<string> {
  const id = await nextId(db)
  let isBegun = false
  try {
    // Before the transaction: a large one takes minutes to reach a provider.
    await shelf.shelve(taken, id)
    return await inTransaction(db, async (tx) => {
      const same = await findSame(tx, actorId, taken.sha256)
      if (same !== undefined) return same
      const facts = { name: cleanLine(name, MOST_NAME_LENGTH), digest: taken.sha256, created_at: now }
      await tx
        .insertInto('archive_imports')
        .values({ id, actor_id: actorId, ...facts })
        .execute()
      await wakeWorker(tx, 'archive_imports')
      isBegun = true
      return id
    })
  } finally {
    // Nothing is left of it where it was shelved.
    await shelf.discard(taken)
    // What cannot be taken away now, the sweep takes away.
    if (!isBegun) await shelf.remove(id).catch(() => undefined)
  }
}

async function nextId(db: Querier): Promise<string> {
  const { rows } = await sql<{ id: string }>`select next_id()::text as id`.execute(db)
  const [row] = rows
  if (row === undefined) throw new HomebirdError('INTERNAL', 'the database made no id')
  return row.id
}

/** Takes away the archives of imports that are over, or were never noted. @returns how many it were */
export async function removeLeftArchives(db: Querier, shelf: ArchiveShelf, now: Date): Promise<number> {
  return shelf.sweep(async (id) => {
    const row = isRowId(id)
      ? await db
          .selectFrom('archive_imports')
          .select('id')
          .where('id', '=', id)
          .where('state', 'in', ['reading', 'importing', 'cancelling'])
          .executeTakeFirst()
      : undefined
    return row !== undefined
  }, now)
}

async function findSame(tx: Transaction, actorId: string, digest: string): Promise<string | undefined> {
  await sql`select 1 from actors where id = ${actorId} for no key update`.execute(tx)
  const row = await tx
    .selectFrom('archive_imports')
    .select('id')
    .where('actor_id', '=', actorId)
    .where('digest', '=', digest)
    .where('state', 'in', ['reading', 'importing'])
    .executeTakeFirst()
  return row?.id
}

/** The latest first. */
export async function listArchives(db: Querier): Promise<ArchiveProgress[]> {
  const rows = await db
    .selectFrom('archive_imports')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(MOST_LISTED)
    .execute()
  return rows.map(progressOf)
}

/** @throws HomebirdError NOT_FOUND */
export async function getArchive(db: Querier, id: string): Promise<ArchiveProgress> {
  const row = isRowId(id)
    ? await db.selectFrom('archive_imports').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined
  if (row === undefined) throw new HomebirdError('NOT_FOUND', `there is no archive ${id.slice(0, 30)}`)
  return progressOf(row)
}

function progressOf(row: Row<'archive_imports'>): ArchiveProgress {
  const { entries, done, failed, repeated } = row
  return {
    id: row.id,
    name: row.name,
    state: row.state as ArchiveState,
    formerUri: row.former_uri,
    entries,
    done,
    failed,
    repeated,
    pending: entries - done - failed - repeated,
    passedOver: row.passed_over,
    filesDone: row.files_done,
    filesFailed: row.files_failed,
    failure: row.failure,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

/** What is here by then stays. Of one that is over nothing changes. @throws HomebirdError NOT_FOUND */
export async function cancelArchive(db: Database, id: string, now: Date): Promise<ArchiveProgress> {
  await getArchive(db, id)
  await inTransaction(db, async (tx) => {
    const moved = await moveRows(tx, archiveGraph, [id], 'cancelling')
    if (moved.length === 0) return
    await tx.updateTable('archive_imports').set({ finished_at: now }).where('id', '=', id).execute()
  })
  return getArchive(db, id)
}

/** What did not come along, or not whole, as CSV: where it was, what became of it, why. Read page by page. */
export async function* exportArchiveFailures(db: Querier, id: string): AsyncGenerator<string, void> {
  yield csvLine(['Post', 'Outcome', 'Reason'])
  for (let after = 0; ;) {
    const rows = await db
      .selectFrom('archive_entries')
      .select(['place', 'subject', 'outcome', 'reason'])
      .where('import_id', '=', id)
      .where('reason', 'is not', null)
      .where('place', '>', after)
      .orderBy('place')
      .limit(STEP)
      .execute()
    for (const { subject, outcome, reason } of rows) yield csvLine([subject, outcome ?? '', reason ?? ''])
    const last = rows.at(-1)
    if (last === undefined || rows.length < STEP) return
    after = last.place
  }
}
