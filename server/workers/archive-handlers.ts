/**
 * Handles archives of former accounts: lists what is in them, and then brings the posts along from the oldest on, with their
 * files. Both go on where they were when they are interrupted.
 */
import { readArchivePosts } from '../activitypub/archives/read-archive.ts'
import { readArchiveItem } from '../activitypub/archives/read-item.ts'
import type { Clock } from '../core/clock.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError, describeError, isHomebirdError } from '../core/errors.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { getActor } from '../domain/actors/actor.ts'
import {
  type ArchiveEntry,
  type SettledEntry,
  holdEntries,
  nextEntries,
  noteFiles,
  settleArchiveEntries,
} from '../domain/archives/archive-entries.ts'
import type { archiveGraph } from '../domain/archives/archive-graph.ts'
import type { ArchivedPost } from '../domain/archives/archived-post.ts'
import { type FindFile, fileFinder } from '../domain/archives/file-finder.ts'
import { findByOldLinks } from '../domain/archives/old-links.ts'
import { storePosts } from '../domain/archives/store-posts.ts'
import { type FilesState, readFiles, takeFiles } from '../domain/archives/take-files.ts'
import { uploadLimitsOf } from '../domain/media/media-types.ts'
import type { Home } from '../domain/owner/home.ts'
import type { SafeFetch } from '../net/fetch-types.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'
import type { Archive } from '../storage/archives/archive.ts'
import type { ArchiveShelf } from '../storage/archives/archive-shelf.ts'
import type { MediaStore } from '../storage/media-store.ts'
import { bringBookmarks } from './archive-bookmarks.ts'
import { Listing } from './list-archive.ts'

export interface ArchiveParts {
  readonly config: Pick<Config, 'mediaMaxImageMb' | 'mediaMaxVideoMb' | 'avatarMaxKb' | 'emojiMaxKb'>
  readonly db: Database
  readonly clock: Clock
  readonly home: Pick<Home, 'origin'>
  readonly fetch: SafeFetch
  readonly media: MediaStore
  readonly shelf: ArchiveShelf
}

type Import = Row<'archive_imports'>

/** Others have their turn between two pieces. */
const PIECE_MS = 20_000
/** A reading that takes longer begins again behind what it has listed; within what its graph allows. */
const READING_MS = 3 * 3_600_000
const POSTS_AT_ONCE = 25
/** Of the posts that are brought along together: so many uploads wait at once. */
const FILES_AT_ONCE = 16
const FILES_LOOKED_AT_AFTER_SECONDS = 0.25

export function archiveHandlers(parts: ArchiveParts): HandlersOf<typeof archiveGraph> {
  const { shelf } = parts
  return {
    reading: {
      each: async (one, { signal }) => orFailed(parts, one, async () => list(parts, one, signal)),
    },
    importing: {
      each: async (one, { signal }) => orFailed(parts, one, async () => bringAlong(parts, one, signal)),
    },
    cancelling: {
      each: async ({ id }) => {
        await shelf.remove(id)
        return 'cancelled'
      },
    },
  }
}

/** What is wrong with the archive ends its import; what is wrong with this home is tried again. */
async function orFailed<Next extends string>(
  { db, clock, shelf }: ArchiveParts,
  one: Import,
  work: () => Promise<Verdict<Next>>,
): Promise<Verdict<Next | 'failed'>> {
  try {
    return await work()
  } catch (error) {
    if (!isHomebirdError(error, 'DOCUMENT_INVALID') && !isHomebirdError(error, 'NOT_FOUND')) throw error
    await db
      .updateTable('archive_imports')
      .set({ failure: error.safe, finished_at: clock.now() })
      .where('id', '=', one.id)
      .execute()
    await shelf.remove(one.id)
    return { to: 'failed', note: describeError(error) }
  }
}

/** @throws HomebirdError NOT_FOUND where it is not on this machine */
async function requireShelved(shelf: ArchiveShelf, { id, name }: Import): Promise<void> {
  if (await shelf.has(id)) return
  throw new HomebirdError('NOT_FOUND', `archive ${id} is not where it was put`, {
    safe: `The archive ${name} is not here any more: bring it again, what came along is not doubled.`,
  })
}

async function list(
  { db, shelf, clock }: ArchiveParts,
  one: Import,
  signal: AbortSignal,
): Promise<Verdict<'importing'>> {
  await requireShelved(shelf, one)
  const late = AbortSignal.timeout(READING_MS)
  const listing = new Listing(db, one)
  try {
    const archive = await shelf.open(one.id, AbortSignal.any([signal, late]))
    try {
      for await (const placed of readArchivePosts(archive, one.reached)) {
        signal.throwIfAborted()
        late.throwIfAborted()
        await listing.add(placed)
      }
      await listing.end()
      await bringBookmarks(db, one, archive, clock.now())
    } finally {
      await archive[Symbol.asyncDispose]()
    }
    return 'importing'
  } catch (error) {
    if (!signal.aborted && late.aborted) return again({ afterSeconds: 0.1, isUncounted: true })
    throw error
  }
}

async function bringAlong(
  parts: ArchiveParts,
  one: Import,
  signal: AbortSignal,
): Promise<Verdict<'finished'>> {
  const piece = new Piece(parts, one, signal)
  try {
    return await workOff(parts, one, piece, signal)
  } finally {
    await piece[Symbol.asyncDispose]()
  }
}

async function workOff(
  parts: ArchiveParts,
  one: Import,
  piece: Piece,
  signal: AbortSignal,
): Promise<Verdict<'finished'>> {
  const { db, shelf, clock } = parts
  const endsAtMs = clock.monotonicMs() + PIECE_MS
  while (clock.monotonicMs() < endsAtMs) {
    signal.throwIfAborted()
    const entries = await nextEntries(db, one.id, POSTS_AT_ONCE)
    if (entries.length === 0) {
      const finished = { finished_at: clock.now() }
      await db.updateTable('archive_imports').set(finished).where('id', '=', one.id).execute()
      await shelf.remove(one.id)
      return 'finished'
    }
    const ready = await piece.prepare(entries)
    const states = await Promise.all(ready.map(async ({ attachmentIds }) => readFiles(db, attachmentIds)))
    // They are worked on like any upload.
    if (states.some(({ isWaiting }) => isWaiting)) {
      return again({ afterSeconds: FILES_LOOKED_AT_AFTER_SECONDS, isUncounted: true })
    }
    if (!(await settle(parts, one, ready, states))) break
  }
  return again({ afterSeconds: 0.1, isUncounted: true })
}

interface ReadyEntry {
  readonly id: string
  readonly post: ArchivedPost
  /** Uploads, in order. */
  readonly attachmentIds: readonly string[]
  /** Why a file did not even become one. */
  readonly flaw: string | null
}

/** What is done in one go; the archive is opened once for all of it, and only where a file is needed. */
class Piece implements AsyncDisposable {
  readonly #parts: ArchiveParts
  readonly #import: Import
  readonly #signal: AbortSignal
  #open: { readonly archive: Archive; readonly find: FindFile } | null = null

  constructor(parts: ArchiveParts, one: Import, signal: AbortSignal) {
    this.#parts = parts
    this.#import = one
    this.#signal = signal
  }

  /** The first of the entries with their files under way: as many as may wait at once. */
  async prepare(entries: readonly ArchiveEntry[]): Promise<ReadyEntry[]> {
    const ready: ReadyEntry[] = []
    let files = 0
    for (const entry of entries) {
      const post = postOf(entry)
      if (ready.length > 0 && files + post.files.length > FILES_AT_ONCE) break
      files += post.files.length
      ready.push(
        entry.attachment_ids === null
          ? await this.#take(entry, post)
          : { post, id: entry.id, attachmentIds: entry.attachment_ids, flaw: entry.reason },
      )
    }
    return ready
  }

  async #take({ id }: ArchiveEntry, post: ArchivedPost): Promise<ReadyEntry> {
    const { db, media, fetch, config } = this.#parts
    const without = { id, post, attachmentIds: [], flaw: null }
    // What came along before has its files.
    if (post.files.length === 0 || (await findByOldLinks(db, post.links)).size > 0) return without
    this.#open ??= await this.#openArchive()
    const limits = uploadLimitsOf(config)
    const taking = { db, media, fetch, limits, signal: this.#signal, ...this.#open }
    const { attachmentIds, flaws } = await takeFiles(taking, this.#import.actor_id, post.files)
    const flaw = flaws[0] ?? null
    await noteFiles(db, id, attachmentIds, flaw)
    return { id, post, attachmentIds, flaw }
  }

  async #openArchive() {
    const { shelf } = this.#parts
    await requireShelved(shelf, this.#import)
    const archive = await shelf.open(this.#import.id, this.#signal)
    return { archive, find: fileFinder(archive.files.keys()) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open?.archive[Symbol.asyncDispose]()
  }
}

/** It was read when it was listed. */
function postOf({ id, body }: ArchiveEntry): ArchivedPost {
  const item = readArchiveItem(Buffer.from(body))
  if (item.kind === 'post') return item.post
  throw new HomebirdError('INTERNAL', `entry ${id} of an archive is no post any more: ${item.kind}`)
}

/** @returns false where the import was ended meanwhile */
async function settle(
  { db, home, clock }: ArchiveParts,
  one: Import,
  ready: readonly ReadyEntry[],
  states: readonly FilesState[],
): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const open = await holdEntries(
      tx,
      one.id,
      ready.map(({ id }) => id),
    )
    if (open === null) return false
    const author = await getActor(tx, one.actor_id)
    const left = ready.flatMap((item, index) => {
      const files = states[index]
      return files === undefined || !open.has(item.id) ? [] : [{ ...item, files }]
    })
    const isEmpty = (item: (typeof left)[number]): boolean =>
      item.post.contentHtml === '' && item.post.summary === '' && item.files.ready.length === 0
    const kept = left.filter((item) => !isEmpty(item))
    const ids = await storePosts(
      tx,
      kept.map(({ post, files }) => ({ post, attachmentIds: files.ready })),
      { author, origin: home.origin(author.host), now: clock.now() },
    )
    const idOf = new Map(kept.map(({ id }, index) => [id, ids[index] ?? null]))
    const settled = left.map((item) => settledFrom(item, idOf.get(item.id)))
    await settleArchiveEntries(tx, one.id, settled)
    return true
  })
}

function settledFrom(
  { id, post, flaw, files }: ReadyEntry & { readonly files: FilesState },
  postId: string | null | undefined,
): SettledEntry {
  if (postId === null) return { id, outcome: 'repeated', reason: null, filesDone: 0, filesFailed: 0 }
  const missing = post.files.length - files.ready.length
  const why = flaw ?? files.flaws[0] ?? 'a file could not be read'
  const reason = missing === 0 ? null : `${missing} of ${post.files.length} files did not come along: ${why}`
  const counts = { filesDone: files.ready.length, filesFailed: missing }
  return postId === undefined
    ? { id, outcome: 'failed', reason: reason ?? 'says nothing', ...counts }
    : { id, outcome: 'done', reason, ...counts }
}
