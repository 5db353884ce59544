/**
 * The folder of a file cache, laid out as cacache does: content by its SHA-512, and beside it an entry for each item, from which the
 * index can be gathered again. Files are written in `tmp` and named when they are whole.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { boundedMap } from '../../core/bounded-map.ts'
import type { ItemBytes, ItemFacts } from './cache.ts'
import { chunksOf } from './item-bytes.ts'
import { type Removed, bucketOf } from './item-index.ts'
import type { ItemRow } from './item-row.ts'

/** What nobody has written to for so long is left of a process that was killed. */
const LEFTOVER_MS = 600_000
/** What is named otherwise is not ours: the folder may be one that others use too, such as `/var`. */
const LEFTOVER = /^(?:cleared-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u
const VERIFIED_FILES = 10_000
const READ_BYTES = 131_072

export interface Draft {
  readonly path: string
  readonly size: number
  readonly digest: Buffer
  readonly stamp: string
}

/** What an entry says beside key, digest and size. */
interface EntryNote {
  readonly facts: ItemFacts
  readonly expiresAt: number | null
}

export type OpenedContent = FileHandle | 'missing' | 'broken'

export class ContentFiles {
  readonly folder: string
  readonly #content: string
  readonly #entries: string
  readonly #drafts: string
  /** Digest to inode and time of change of the file that was found to hold it. */
  readonly #verified = boundedMap<string, string>({ max: VERIFIED_FILES })

  constructor(folder: string) {
    this.folder = folder
    this.#content = join(folder, 'content-v2', 'sha512')
    this.#entries = join(folder, 'index-v5')
    this.#drafts = join(folder, 'tmp')
  }

  exists(): boolean {
    return existsSync(this.#content)
  }

  async make(): Promise<void> {
    await mkdir(this.#drafts, { recursive: true, mode: 0o700 })
  }

  /**
   * @returns null where it is more than `maxBytes`; then nothing is left
   * @throws SourceFailed, and what writing throws; then nothing is left
   */
  async write(bytes: ItemBytes, maxBytes: number): Promise<Draft | null> {
    const path = join(this.#drafts, randomUUID())
    const file = await open(path, 'wx', 0o600)
    let isWhole = false
    try {
      const hash = createHash('sha512')
      let size = 0
      for await (const chunk of chunksOf(bytes)) {
        size += chunk.length
        if (size > maxBytes) return null
        hash.update(chunk)
        await writeWhole(file, chunk)
      }
      const { stamp } = await lookAt(file)
      isWhole = true
      return { path, size, digest: hash.digest(), stamp }
    } finally {
      await file.close()
      if (!isWhole) await rm(path, { force: true })
    }
  }

  async discard(draft: Draft): Promise<void> {
    await rm(draft.path, { force: true })
  }

  /** Gives the draft its name and writes the entry. Content of this name is the same, or was broken. */
  async place(draft: Draft, row: ItemRow): Promise<void> {
    const path = this.#contentPath(row.digest)
    try {
      await nameFile(draft.path, path)
    } catch (error) {
      // The folder was empty, and another process has just removed it.
      if (!isMissing(error)) throw error
      await nameFile(draft.path, path)
    }
    this.#verified.set(row.digest.toString('base64'), draft.stamp)
    const note: EntryNote = { facts: row.facts, expiresAt: row.expiresAt }
    // Entries are appended to; the former ones of this key mean nothing any more.
    await rm(this.#entryPath(row.bucket), { force: true })
    const integrity = `sha512-${row.digest.toString('base64')}`
    const { index: entries } = await loadCacache()
    await entries.insert(this.folder, row.key, integrity, {
      metadata: note,
      size: row.size,
      time: row.usedAt,
    })
  }

  /** Whether the entry of an item is there still: it may have been forgotten since it was read. */
  readonly lists = ({ bucket, digest }: ItemRow): boolean =>
    existsSync(this.#entryPath(bucket)) && this.has(digest)

  has(digest: Buffer): boolean {
    return existsSync(this.#contentPath(digest))
  }

  /** Never throws: what cannot be removed is found by the sweep. At once, because a transaction waits for it. */
  readonly remove = (gone: readonly Removed[]): void => {
    for (const { bucket, digest } of gone) {
      if (bucket !== null) removeFile(this.#entryPath(bucket))
      if (digest !== null) this.removeContent(digest)
    }
  }

  removeContent(digest: Buffer): void {
    removeFile(this.#contentPath(digest))
  }

  removeEntry(bucket: Buffer): void {
    removeFile(this.#entryPath(bucket))
  }

  /**
   * Opens a content that is what its name says: each is read and compared once by each process.
   * The handle is the caller's to close, and reads on after the file was removed.
   */
  async open(digest: Buffer, size: number): Promise<OpenedContent> {
    let file: FileHandle
    try {
      file = await open(this.#contentPath(digest), 'r')
    } catch (error) {
      if (isMissing(error)) return 'missing'
      throw error
    }
    try {
      const found = await lookAt(file)
      const name = digest.toString('base64')
      const isGood =
        found.size === size && (this.#verified.get(name) === found.stamp || (await holds(file, size, digest)))
      if (isGood) {
        this.#verified.set(name, found.stamp)
        return file
      }
    } catch (error) {
      await file.close()
      throw error
    }
    await file.close()
    return 'broken'
  }

  /** Takes everything away at once; removing it goes on after. Runs in a transaction. @returns where it lies now */
  setAside(): readonly string[] {
    const aside: string[] = []
    for (const folder of [join(this.folder, 'content-v2'), this.#entries]) {
      if (!existsSync(folder)) continue
      const target = join(this.#drafts, `cleared-${randomUUID()}`)
      try {
        mkdirSync(this.#drafts, { recursive: true, mode: 0o700 })
        renameSync(folder, target)
        aside.push(target)
      } catch {
        aside.push(folder) // removed where it is
      }
    }
    return aside
  }

  async removeAside(aside: readonly string[]): Promise<void> {
    for (const path of aside)
      await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
  }

  /** @returns how many there were */
  async removeLeftovers(now: number): Promise<number> {
    let removed = 0
    for (const name of await namesIn(this.#drafts)) {
      if (!LEFTOVER.test(name)) continue
      const path = join(this.#drafts, name)
      const found = await stat(path).catch(() => null) // named or removed since the folder was read
      if (found === null || found.mtimeMs > now - LEFTOVER_MS) continue
      await rm(path, { recursive: true, force: true })
      removed += 1
    }
    return removed
  }

  /** Items that the folder knows of and whose content is there. */
  async *listed(): AsyncGenerator<ItemRow> {
    const { ls } = await loadCacache()
    for await (const { key, integrity, path, size, time, metadata } of ls.stream(this.folder)) {
      const note = metadata as EntryNote | undefined
      const found = await stat(path).catch(() => null)
      if (note === undefined || size === undefined || found?.size !== size) continue
      const digest = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64')
      yield {
        bucket: bucketOf(key),
        key,
        digest,
        size,
        facts: note.facts,
        usedAt: time,
        expiresAt: note.expiresAt,
      }
    }
  }

  /** Names of all content, as it lies there. */
  contents(): AsyncGenerator<Buffer> {
    return namesBelow(this.#content, 64)
  }

  /** Names of all entries, as they lie there. */
  entries(): AsyncGenerator<Buffer> {
    return namesBelow(this.#entries, 32)
  }

  /** What cannot be looked at is gone. */
  async isOlder(digest: Buffer, before: number): Promise<boolean> {
    const found = await stat(this.#contentPath(digest)).catch(() => null)
    return found !== null && found.mtimeMs < before
  }

  async sizeOf(digest: Buffer): Promise<number | null> {
    const found = await stat(this.#contentPath(digest)).catch(() => null)
    return found === null ? null : found.size
  }

  #contentPath(digest: Buffer): string {
    return pathBelow(this.#content, digest)
  }

  #entryPath(bucket: Buffer): string {
    return pathBelow(this.#entries, bucket)
  }
}

/** Only where something is kept: it costs every process 20 MB, and its start a moment. */
const loadCacache = async () => import('cacache')

function pathBelow(folder: string, name: Buffer): string {
  const hex = name.toString('hex')
  return join(folder, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4))
}

async function* namesBelow(folder: string, bytes: number): AsyncGenerator<Buffer> {
  for (const first of await namesIn(folder)) {
    for (const second of await namesIn(join(folder, first))) {
      for (const rest of await namesIn(join(folder, first, second))) {
        const name = Buffer.from(`${first}${second}${rest}`, 'hex')
        if (name.length === bytes) yield name
      }
    }
  }
}

/** With the folders above it that are empty then: a folder takes a block of the disk. */
function removeFile(path: string): void {
  try {
    unlinkSync(path)
    rmdirSync(dirname(path))
    rmdirSync(dirname(dirname(path)))
  } catch {
    // not there, or not empty
  }
}

async function nameFile(draft: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await rename(draft, path)
}

/** A full disk takes a part of what it is given. */
async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length;) {
    offset += (await file.write(chunk, offset, chunk.length - offset)).bytesWritten
  }
}

async function lookAt(file: FileHandle): Promise<{ readonly size: number; readonly stamp: string }> {
  const { ino, mtimeNs, size } = await file.stat({ bigint: true })
  return { size: Number(size), stamp: `${ino}:${mtimeNs}` }
}

async function holds(file: FileHandle, size: number, digest: Buffer): Promise<boolean> {
  const hash = createHash('sha512')
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, Math.max(size, 1)))
  for (let offset = 0; offset < size;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset)
    if (bytesRead === 0) return false
    hash.update(buffer.subarray(0, bytesRead))
    offset += bytesRead
  }
  return hash.digest().equals(digest)
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
