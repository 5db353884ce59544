/** The posts of an archive as they are listed, taken up one after the other, and settled. */
import { sql } from 'kysely'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'

const MOST_REASON = 500

export interface ListedEntry {
  readonly place: number
  readonly publishedAt: Date
  readonly body: string
  readonly subject: string
  /** Why nothing can be made of it; null where it is tried. */
  readonly flaw: string | null
}

export type ArchiveEntry = Row<'archive_entries'>

/** How far a reading has come, so that one that was interrupted goes on behind it. */
export interface ReadingPlace {
  readonly reached: number
  readonly passedOver: number
  readonly formerUri: string | null
}

/** Notes some more, with the counts of the import and how far it is. What was noted before is passed over. */
export async function noteEntries(
  db: Database,
  importId: string,
  entries: readonly ListedEntry[],
  { reached, passedOver, formerUri }: ReadingPlace,
): Promise<void> {
  const column = <T>(of: (entry: ListedEntry) => T): T[] => entries.map(of)
  await inTransaction(db, async (tx) => {
    await sql`
      with noted as (
        insert into archive_entries (import_id, place, published_at, body, subject, outcome, reason)
        select ${importId}::bigint, place, published_at, body, subject, case when flaw is not null then 'failed' end, flaw
          from unnest(${column(({ place }) => place)}::integer[], ${column(({ publishedAt }) => publishedAt)}::timestamptz[],
                      ${column(({ body }) => body)}::text[], ${column(({ subject }) => subject)}::text[],
                      ${column(({ flaw }) => flaw)}::text[]) as given (place, published_at, body, subject, flaw)
            on conflict (import_id, place) do nothing
        returning outcome
      )
      update archive_imports
         set entries = entries + (select count(*) from noted),
             failed = failed + (select count(*) from noted where outcome is not null),
             reached = ${reached}::integer, passed_over = ${passedOver}::integer, former_uri = ${formerUri}::text
       where id = ${importId}`.execute(tx)
  })
}

export async function nextEntries(db: Querier, importId: string, most: number): Promise<ArchiveEntry[]> {
  return db
    .selectFrom('archive_entries')
    .selectAll()
    .where('import_id', '=', importId)
    .where('outcome', 'is', null)
    .orderBy('published_at')
    .orderBy('place')
    .limit(most)
    .execute()
}

/** Its files are uploads now. @param flaw  why not all of them are */
export async function noteFiles(
  db: Querier,
  entryId: string,
  attachmentIds: readonly string[],
  flaw: string | null,
): Promise<void> {
  await db
    .updateTable('archive_entries')
    .set({ attachment_ids: [...attachmentIds], reason: flaw?.slice(0, MOST_REASON) ?? null })
    .where('id', '=', entryId)
    .execute()
}

export interface SettledEntry {
  readonly id: string
  readonly outcome: 'done' | 'failed' | 'repeated'
  /** Also of one that is done, where not all of it came along. */
  readonly reason: string | null
  readonly filesDone: number
  readonly filesFailed: number
}

/**
 * The import, held until the transaction ends, and those of the entries that nobody has settled meanwhile; null where it was
 * ended.
 */
export async function holdEntries(
  tx: Transaction,
  importId: string,
  entryIds: readonly string[],
): Promise<ReadonlySet<string> | null> {
  const { rows } = await sql`
    select from archive_imports where id = ${importId} and state = 'importing' for update`.execute(tx)
  if (rows.length === 0) return null
  const open = await tx
    .selectFrom('archive_entries')
    .select('id')
    .where('id', 'in', [...entryIds])
    .where('outcome', 'is', null)
    .execute()
  return new Set(open.map(({ id }) => id))
}

export async function settleArchiveEntries(
  tx: Transaction,
  importId: string,
  settled: readonly SettledEntry[],
): Promise<void> {
  const total = (of: (entry: SettledEntry) => number): number =>
    settled.reduce((sum, entry) => sum + of(entry), 0)
  const counted = (outcome: string): number => settled.filter((entry) => entry.outcome === outcome).length
  await sql`
    update archive_entries as entry
       set outcome = given.outcome, reason = given.reason, body = ''
      from unnest(${settled.map(({ id }) => id)}::bigint[], ${settled.map(({ outcome }) => outcome)}::text[],
                  ${settled.map(({ reason }) => reason?.slice(0, MOST_REASON) ?? null)}::text[])
             as given (id, outcome, reason)
     where entry.id = given.id`.execute(tx)
  await sql`
    update archive_imports
       set done = done + ${counted('done')}::integer, failed = failed + ${counted('failed')}::integer,
           repeated = repeated + ${counted('repeated')}::integer,
           files_done = files_done + ${total(({ filesDone }) => filesDone)}::integer,
           files_failed = files_failed + ${total(({ filesFailed }) => filesFailed)}::integer
     where id = ${importId}`.execute(tx)
}
