/**
 * Files that bear the hash of their content, and what becomes of those that nothing names any more. Whatever is written
 * twice is one file: the row is written or renewed before the file is, and a file is taken away while its row is held.
 */
import { sql } from 'kysely'
import type { FileCount } from '../../contracts/media-care.ts'
import { mayRemoveMedia } from '../../db/copies/media-hold.ts'
import type { Database, Querier } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import { type MediaStore, type WrittenFile, contentKey } from '../../storage/media-store.ts'
import { type KeptType, endingOf } from '../media/media-types.ts'
import { originOfHost } from '../owner/own-uris.ts'
import { queuePurge } from '../purges/queue-purge.ts'

/** @returns its key. @throws HomebirdError STORAGE_FULL, STORAGE_UNREACHABLE */
export async function keepContent(
  db: Querier,
  store: MediaStore,
  written: WrittenFile,
  type: KeptType,
): Promise<string> {
  const key = contentKey(written.sha256, endingOf(type))
  try {
    await noteFile(db, key, written.size)
  } catch (error) {
    await written.discard()
    throw error
  }
  await written.keep(key, type)
  // On a slow line it may have taken longer than what nobody names is left alone for.
  const wasTakenAway = await noteFile(db, key, written.size)
  if (wasTakenAway && (await store.find(key)) === null)
    throw new Error(`${key} was taken away while it was sent`)
  return key
}

/** @returns whether it was not noted yet */
async function noteFile(db: Querier, key: string, size: number): Promise<boolean> {
  const { rows } = await sql<{ is_new: boolean }>`
    insert into media_files (key, size) values (${key}, ${size})
        on conflict (key) do update set created_at = now()
    returning xmax = 0 as is_new`.execute(db)
  return rows[0]?.is_new === true
}

/** A file that was written a moment ago is about to be named. */
const GRACE = sql`interval '1 hour'`

/** Nothing names it: no attachment, no profile, no upload that is not settled. */
export const isUnnamed = sql<boolean>`
  not exists (select from attachments where file_key = media_files.key)
  and not exists (select from attachments where preview_key = media_files.key)
  and not exists (select from uploads where file_key = media_files.key)
  and not exists (select from actors where domain_id is not null
                   and (icon_url like '%/' || media_files.key or header_url like '%/' || media_files.key))
  and not exists (select from emojis where host is null and url like '%/' || media_files.key)`

/** Files are taken away while their rows are held: no more of them at once than whoever writes one of them may wait for. */
const HELD = 50

/**
 * Caches in front of the home are told what went.
 * @param mediaUrl  where own media is given out, as the setting says
 * @returns what went
 * @throws HomebirdError STORAGE_UNREACHABLE; then the files of a piece stay noted, and go another time
 */
export async function removeUnnamedFiles(
  db: Database,
  store: MediaStore,
  limit: number,
  mediaUrl = OWN_PATH,
): Promise<FileCount> {
  const gone = { files: 0, bytes: 0 }
  for (let left = limit; left > 0; left -= HELD) {
    const sizes = await removePiece(db, store, Math.min(left, HELD), mediaUrl)
    gone.files += sizes.length
    gone.bytes += sizes.reduce((sum, size) => sum + size, 0)
    if (sizes.length < Math.min(left, HELD)) break
  }
  return gone
}

/** A process that dies before the end leaves rows whose files are gone: the next one finds nothing to take away and goes on. */
async function removePiece(
  db: Database,
  store: MediaStore,
  limit: number,
  mediaUrl: string,
): Promise<number[]> {
  return inTransaction(db, async (tx) => {
    // A backup is made, whose snapshot may name them: another time.
    if (!(await mayRemoveMedia(tx))) return []
    const { rows } = await sql<{ key: string; size: string }>`
      delete from media_files
       where key in (select key from media_files
                      where created_at < now() - ${GRACE} and ${isUnnamed}
                      order by created_at limit ${limit} for update skip locked)
         and created_at < now() - ${GRACE}
      returning key, size`.execute(tx)
    for (const { key } of rows) await store.remove(key)
    if (rows.length > 0) {
      const bases = await basesOf(tx, mediaUrl)
      const urls = rows.flatMap(({ key }) => bases.map((base) => base + key))
      await queuePurge(tx, { urls, reason: 'media' })
    }
    return rows.map(({ size }) => Number(size))
  })
}

const OWN_PATH = '/media/'

/** Where caches of the home may have a file from. Another host is told only where it is of the same domain: others are not ours. */
async function basesOf(db: Querier, mediaUrl: string): Promise<string[]> {
  const rows = await db.selectFrom('domains').select(['service_host', 'domain']).execute()
  const paths = new Set([OWN_PATH, ...(mediaUrl.startsWith('/') ? [mediaUrl] : [])])
  const hosts = new Set(rows.map((row) => row.service_host))
  const bases = [...hosts].flatMap((host) => [...paths].map((path) => `${originOfHost(host)}${path}`))
  const { hostname = '' } = URL.parse(mediaUrl) ?? {}
  const isOurs = rows.some(({ service_host: host, domain }) =>
    [host, domain].some((name) => hostname === name || hostname.endsWith(`.${name}`)),
  )
  return isOurs ? [...new Set([...bases, mediaUrl])] : bases
}

/** Uploads of posts that were never written, and attachments of posts that are gone: a day after they were left. */
export async function removeAbandoned(db: Querier, limit: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from attachments
     where id in (select id from attachments
                   where post_id is null and owner_actor_id is not null and scheduled_id is null
                     and created_at < now() - interval '1 day'
                     and not exists (select from posts
                                      where posts.id = former_post_id and posts.deleted_at is null)
                     and not exists (select from drafts
                                      where drafts.attachment_ids @> array[attachments.id] and drafts.post_id is null)
                   limit ${limit} for update skip locked)
       and post_id is null and scheduled_id is null`.execute(db)
  return Number(numAffectedRows)
}

/** Longer than any upload may take. */
const LEFT_OVER_MS = 2 * 3_600_000

/** What a process left behind when it died: begun files, and files whose upload was never noted. */
export async function removeLeftovers(db: Querier, store: MediaStore, now: Date): Promise<number> {
  return store.removeLeftovers(new Date(now.getTime() - LEFT_OVER_MS), async (key) => {
    const { rows } = await sql`
      select 1 from uploads where incoming_key = ${key} and settled_at is null`.execute(db)
    return rows.length > 0
  })
}
