/**
 * Looks after the files of the home: what there is, what nobody needs, what is there and known to nobody, and what is known
 * and not there. Files are only ever taken away by their row, so that everybody goes by the same rules.
 */
import { sql } from 'kysely'
import type { FileCount, MediaReport, MediaSwept } from '../../contracts/media-care.ts'
import { describeError } from '../../core/errors.ts'
import type { Database, Querier } from '../../db/pool.ts'
import type { ListedFile, MediaStore } from '../../storage/media-store.ts'
import { isUnnamed, removeAbandoned, removeLeftovers, removeUnnamedFiles } from './content-files.ts'

const BATCH = 500
/** A file without a row that is younger may be on its way. */
const UNKNOWN_AFTER_MS = 86_400_000

/** By what the database says, without looking through the store. */
export async function readMediaReport(db: Querier, store: MediaStore): Promise<MediaReport> {
  const problem = await store.check().then(
    () => null,
    (error: unknown) => describeError(error),
  )
  const { rows } = await sql<{ files: string; bytes: string; unnamed: string; unnamed_bytes: string }>`
    select count(*) as files, coalesce(sum(size), 0) as bytes,
           count(*) filter (where is_unnamed) as unnamed,
           coalesce(sum(size) filter (where is_unnamed), 0) as unnamed_bytes
      from (select size, ${isUnnamed} as is_unnamed from media_files) as counted`.execute(db)
  const { rows: waiting } = await sql<{ files: string; bytes: string }>`
    select count(*) as files, coalesce(sum(size), 0) as bytes from uploads where settled_at is null`.execute(
    db,
  )
  const [all, uploads] = [rows[0], waiting[0]]
  return {
    place: store.place,
    isUp: problem === null,
    problem,
    all: countOf(all?.files, all?.bytes),
    unnamed: countOf(all?.unnamed, all?.unnamed_bytes),
    waiting: countOf(uploads?.files, uploads?.bytes),
  }
}

const countOf = (files = '0', bytes = '0'): FileCount => ({ files: Number(files), bytes: Number(bytes) })

export interface StoreFindings {
  /** In the store, and in no row. */
  readonly unknown: FileCount
  /** In a row, and not in the store. */
  readonly missing: FileCount
}

/** Looks through the whole store. @throws HomebirdError STORAGE_UNREACHABLE */
export async function compareStore(db: Querier, store: MediaStore): Promise<StoreFindings> {
  const [unknown, seen] = [{ files: 0, bytes: 0 }, new Set<string>()]
  for await (const batch of batchesOf(store.list())) {
    const known = await knownOf(db, batch)
    for (const { key, size } of batch) {
      if (known.has(key)) seen.add(key)
      else if (!seen.has(key)) {
        unknown.files += 1
        unknown.bytes += size
      }
    }
  }
  const missing = { files: 0, bytes: 0 }
  for await (const batch of rowsByKey(db)) {
    for (const { key, size } of batch) {
      if (seen.has(key)) continue
      missing.files += 1
      missing.bytes += Number(size)
    }
  }
  return { unknown, missing }
}

/**
 * Notes files that no row names, with the age they have: what nothing needs then goes like any other, and what something
 * does need is known again.
 * @returns how many it were
 */
export async function noteUnknownFiles(db: Querier, store: MediaStore, now: Date): Promise<number> {
  const before = new Date(now.getTime() - UNKNOWN_AFTER_MS)
  let noted = 0
  for await (const batch of batchesOf(store.list())) {
    const old = batch.filter(({ changedAt }) => changedAt < before)
    const { numAffectedRows = 0n } = await sql`
      insert into media_files (key, size, created_at)
      select * from unnest(${old.map(({ key }) => key)}::text[], ${old.map(({ size }) => size)}::bigint[],
                           ${old.map(({ changedAt }) => changedAt)}::timestamptz[])
          on conflict (key) do nothing`.execute(db)
    noted += Number(numAffectedRows)
  }
  return noted
}

/** Everything that the sweeps do, at once. @param mediaUrl  as for `removeUnnamedFiles`. @throws HomebirdError STORAGE_UNREACHABLE */
export async function sweepMedia(
  db: Database,
  store: MediaStore,
  now: Date,
  mediaUrl: string,
): Promise<MediaSwept> {
  const noted = await noteUnknownFiles(db, store, now)
  const uploads = await repeated(async () => removeAbandoned(db, BATCH))
  const removed = { files: 0, bytes: 0 }
  for (;;) {
    const { files, bytes } = await removeUnnamedFiles(db, store, BATCH, mediaUrl)
    removed.files += files
    removed.bytes += bytes
    if (files < BATCH) break
  }
  return { noted, uploads, removed, leftovers: await removeLeftovers(db, store, now) }
}

async function repeated(step: () => Promise<number>): Promise<number> {
  for (let total = 0; ;) {
    const done = await step()
    total += done
    if (done < BATCH) return total
  }
}

async function* batchesOf(files: AsyncIterable<ListedFile>): AsyncGenerator<ListedFile[]> {
  let batch: ListedFile[] = []
  for await (const file of files) {
    batch.push(file)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function knownOf(db: Querier, files: readonly ListedFile[]): Promise<Set<string>> {
  const keys = files.map(({ key }) => key)
  const { rows } = await sql<{ key: string }>`
    select key from media_files where key = any(${keys}::text[])`.execute(db)
  return new Set(rows.map(({ key }) => key))
}

interface FileRow {
  readonly key: string
  readonly size: string
}

export async function* rowsByKey(db: Querier): AsyncGenerator<FileRow[]> {
  for (let after = ''; ;) {
    const { rows } = await sql<FileRow>`
      select key, size from media_files where key > ${after} order by key limit ${BATCH}`.execute(db)
    if (rows.length > 0) yield rows
    if (rows.length < BATCH) return
    after = rows.at(-1)?.key ?? ''
  }
}
