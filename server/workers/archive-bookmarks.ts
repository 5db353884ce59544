/**
 * The bookmarks in an archive are brought along as a list of bookmarks is, each asked for at its server. Likes are not: to
 * like a thousand posts anew would be told to everybody who wrote them.
 */
import type { Readable } from 'node:stream'
import { MOST_IMPORT_BYTES, MOST_IMPORT_LINES } from '../contracts/import.ts'
import { isHomebirdError } from '../core/errors.ts'
import { readJsonItems } from '../core/json-items.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { queueImport } from '../domain/imports/queue-import.ts'
import type { Archive } from '../storage/archives/archive.ts'

const MOST_URI_BYTES = 4_096
const KEYS = ['orderedItems', 'items'] as const

/** As many as a list may have. The same ones again are the import that is there, or change nothing. */
export async function bringBookmarks(
  db: Database,
  { actor_id: actorId }: Pick<Row<'archive_imports'>, 'actor_id'>,
  archive: Archive,
  now: Date,
): Promise<void> {
  const name = [...archive.files.keys()].find((file) => /(?:^|\/)bookmarks\.json$/i.test(file))
  const uris = name === undefined ? [] : await readUris(archive, name)
  if (uris.length === 0) return
  const bytes = Buffer.from(uris.join('\n'))
  const order = { actorId, kind: 'bookmarks', overwrites: false, confirmsLoss: false, bytes, now } as const
  try {
    await queueImport(db, order)
  } catch (error) {
    // A file of something else than addresses: the posts are what the archive is for.
    if (!isHomebirdError(error, 'UNPROCESSABLE')) throw error
  }
}

async function readUris(archive: Archive, name: string): Promise<string[]> {
  const uris: string[] = []
  let stream: Readable | null = null
  let size = 0
  try {
    stream = await archive.open(name)
    for await (const read of readJsonItems(stream, { keys: KEYS, mostBytes: MOST_URI_BYTES })) {
      const uri = read.kind === 'item' ? uriOf(read.bytes) : null
      if (uri === null) continue
      size += Buffer.byteLength(uri) + 1
      if (uris.length >= MOST_IMPORT_LINES || size > MOST_IMPORT_BYTES) break
      uris.push(uri)
    }
  } catch (error) {
    // No list, damaged or cut off: what was read of it is brought along.
    if (!isHomebirdError(error, 'DOCUMENT_INVALID')) throw error
  } finally {
    stream?.destroy()
  }
  return uris
}

function uriOf(bytes: Buffer): string | null {
  const text = bytes.toString()
  const [, uri = ''] = /^"(https:\/\/[^"\\\s]+)"$/.exec(text.trim()) ?? []
  return uri === '' ? null : uri
}
