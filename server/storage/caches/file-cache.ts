/**
 * A cache in a folder, with a cap of bytes: what was used longest ago goes first. Any number of processes share one folder; what
 * one of them took away under the hands of another is a miss there. A full disk stops keeping, not the home.
 */
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { CacheName, CacheStats } from '../../contracts/caches.ts'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import type { ByteSpan } from '../media-store.ts'
import {
  type Cache,
  type CachedItem,
  type ItemBytes,
  type ItemFacts,
  type KeepOptions,
  isCacheKey,
} from './cache.ts'
import { ContentFiles, type Draft } from './content-files.ts'
import { Tally } from './counts.ts'
import { FileUpkeep } from './file-upkeep.ts'
import { FreeSpace } from './free-space.ts'
import { Health, type Notice } from './health.ts'
import type { IndexFile } from './index-file.ts'
import { SourceFailed, cutSpan, lengthOf } from './item-bytes.ts'
import { ITEM_BYTES, ItemIndex, bucketOf, contentCharge } from './item-index.ts'
import type { ItemRow } from './item-row.ts'

export interface FileCacheOptions {
  readonly name: CacheName
  readonly folder: string
  readonly index: IndexFile
  /** Where it is counted what was found; null counts in this process alone. */
  readonly counts: IndexFile | null
  readonly maxBytes: number
  readonly maxItemBytes: number
  readonly ttlSeconds: number
  /** Rule 115: below this nothing more is kept. */
  readonly leastFreeBytes: number
  readonly clock: Clock
  readonly log: Logger
  readonly notice: Notice
}

const READ_BYTES = 131_072
/** Uses are written to the index so many at a time, or with the counts. */
const USES_AT_ONCE = 512

/** Touches no disk before it is asked for something, but for looking after an index that is there. */
export function openFileCache(options: FileCacheOptions): FileCache {
  return new FileCache(options)
}

export class FileCache implements Cache {
  readonly #options: FileCacheOptions
  readonly #index: ItemIndex
  readonly #files: ContentFiles
  readonly #space: FreeSpace
  readonly #health: Health
  readonly #tally: Tally
  readonly #upkeep: FileUpkeep
  /** Bucket in hex to the moment of its last use, not yet in the index. */
  readonly #uses = new Map<string, number>()
  /** Buckets in hex that are not served any more and may still be in the index, because that was held by another process. */
  readonly #forgotten = new Set<string>()
  #generation = 0

  constructor(options: FileCacheOptions) {
    this.#options = options
    const { index, name, folder, clock, log, counts } = options
    this.#index = new ItemIndex(index, name)
    this.#files = new ContentFiles(folder)
    this.#space = new FreeSpace(folder, options.leastFreeBytes, clock)
    this.#health = new Health({ ...options, scheme: 'file' })
    this.#tally = new Tally({ file: counts, cache: name, clock, onFlush: () => this.#writeUses() })
    this.#upkeep = new FileUpkeep({
      ...options,
      index: this.#index,
      files: this.#files,
      mayBegin: () => index.exists() || this.#files.exists(),
      writeUses: () => this.#writeUses(),
      onEvicted: (items) => this.#tally.evicted(items),
    })
    log.debug({ event: 'cache.opened', cache: name, folder })
  }

  async find(key: string): Promise<CachedItem | null> {
    this.#writeForgotten()
    const row = this.#index.find(key)
    this.#lookAtIndex()
    if (row !== null && !this.#isOver(row) && !this.#isForgotten(row)) {
      this.#tally.hit()
      this.#use(row)
      return this.#itemOf(row)
    }
    if (row !== null) this.#index.drop([row.bucket], this.#files.remove)
    this.#tally.miss()
    return null
  }

  async keep(key: string, facts: ItemFacts, bytes: ItemBytes, options: KeepOptions = {}): Promise<boolean> {
    if (!isCacheKey(key)) return false
    try {
      if (!(await this.#hasRoom())) return false
      const { maxItemBytes, maxBytes } = this.#options
      const draft = await this.#files.write(bytes, Math.min(maxItemBytes, maxBytes))
      if (draft === null) return false
      let isKept = false
      try {
        isKept = await this.#settle(key, facts, draft, options)
        return isKept
      } finally {
        if (isKept) this.#health.rose()
        else await this.#files.discard(draft)
      }
    } catch (error) {
      if (!(error instanceof SourceFailed)) this.#stumble(error)
      return false
    }
  }

  async forget(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return
    const buckets = keys.map(bucketOf)
    // Also where the index is lost: it would be gathered from the entries.
    for (const bucket of buckets) this.#files.removeEntry(bucket)
    for (const bucket of buckets) this.#forgotten.add(bucket.toString('hex'))
    this.#writeForgotten()
  }

  async clear(): Promise<number> {
    this.#uses.clear()
    let aside: readonly string[] = []
    const items = this.#index.clear(() => {
      aside = this.#files.setAside()
    })
    await this.#files.removeAside(aside)
    return items
  }

  async stats(): Promise<CacheStats> {
    const { bytes, items } = this.#index.totals()
    return {
      scheme: 'file',
      isUp: this.#health.isUp,
      bytes,
      items,
      maxBytes: this.#options.maxBytes,
      ...this.#tally.counts(),
    }
  }

  /** Once, as at the start of a home and daily: what has ended, what is left of killed processes, what nobody knows of. */
  async tidy(): Promise<void> {
    await this.#upkeep.run()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#upkeep.stop()
    this.#tally.close()
  }

  async #settle(key: string, facts: ItemFacts, draft: Draft, { ttlSeconds }: KeepOptions): Promise<boolean> {
    const { maxBytes, clock } = this.#options
    const charge = contentCharge(draft.size) + ITEM_BYTES
    if (charge > maxBytes) return false
    this.#writeUses()
    await this.#upkeep.makeRoom(charge)
    const now = clock.now().getTime()
    const row: ItemRow = {
      bucket: bucketOf(key),
      key,
      digest: draft.digest,
      size: draft.size,
      facts,
      usedAt: now,
      expiresAt: ttlSeconds === undefined ? null : now + ttlSeconds * 1_000,
    }
    await this.#files.place(draft, row)
    const evicted = this.#index.put(row, maxBytes, () => this.#files.has(row.digest), this.#files.remove)
    this.#lookAtIndex()
    if (evicted === null) {
      const isSettled = this.#index.alone(() => {
        if (!this.#index.hasContent(row.digest)) this.#files.removeContent(row.digest)
      })
      // Without an index to ask, room on the disk counts more than the same content of another item.
      if (!isSettled) this.#files.removeContent(row.digest)
      return false
    }
    this.#tally.evicted(evicted)
    this.#uses.delete(row.bucket.toString('hex'))
    this.#forgotten.delete(row.bucket.toString('hex'))
    return true
  }

  async #hasRoom(): Promise<boolean> {
    await this.#files.make()
    if (await this.#space.isEnough()) return true
    this.#health.fell(
      `less than ${Math.round(this.#options.leastFreeBytes / 1_048_576)} MB of the disk are free`,
    )
    return false
  }

  /** A folder that vanished in between is made anew the next time, and no failure. */
  #stumble(error: unknown): void {
    const { code, message } = describe(error)
    if (isFull(error)) {
      this.#space.ranOut()
      this.#health.fell('the disk is full')
    } else if (code !== 'ENOENT') {
      this.#health.fell(`${this.#options.folder} cannot be written (${code === '' ? message : code})`)
    }
  }

  #isOver({ bucket, usedAt, expiresAt }: ItemRow): boolean {
    const now = this.#options.clock.now().getTime()
    const lastUse = Math.max(usedAt, this.#uses.get(bucket.toString('hex')) ?? 0)
    return (expiresAt !== null && expiresAt <= now) || lastUse + this.#options.ttlSeconds * 1_000 <= now
  }

  #isForgotten({ bucket }: ItemRow): boolean {
    return this.#forgotten.size > 0 && this.#forgotten.has(bucket.toString('hex'))
  }

  #use({ bucket }: ItemRow): void {
    this.#uses.set(bucket.toString('hex'), this.#options.clock.now().getTime())
    if (this.#uses.size >= USES_AT_ONCE) this.#writeUses()
  }

  #writeForgotten(): void {
    if (this.#forgotten.size === 0) return
    const buckets = [...this.#forgotten].map((bucket) => Buffer.from(bucket, 'hex'))
    if (this.#index.drop(buckets, this.#files.remove)) this.#forgotten.clear()
  }

  #writeUses(): void {
    this.#writeForgotten()
    if (this.#uses.size === 0) return
    this.#index.touch(this.#uses)
    this.#uses.clear()
  }

  /** One that was made anew knows nothing of what lies in the folder. */
  #lookAtIndex(): void {
    const { generation } = this.#options.index
    if (generation === this.#generation) return
    this.#generation = generation
    this.#upkeep.gatherSoon()
  }

  #itemOf(row: ItemRow): CachedItem {
    return {
      facts: row.facts,
      size: row.size,
      open: async (span) => this.#read(row, async (file) => streamOf(file, row.size, span, this.#tally)),
      bytes: async () =>
        this.#read(row, async (file) => {
          try {
            const bytes = Buffer.allocUnsafe(row.size)
            for (let offset = 0; offset < row.size;) {
              const { bytesRead } = await file.read(bytes, offset, row.size - offset, offset)
              if (bytesRead === 0) return null
              offset += bytesRead
            }
            this.#tally.saved(row.size)
            return bytes
          } finally {
            await file.close()
          }
        }),
    }
  }

  async #read<T>(row: ItemRow, read: (file: FileHandle) => Promise<T>): Promise<T | null> {
    try {
      const opened = await this.#files.open(row.digest, row.size)
      if (opened !== 'missing' && opened !== 'broken') return await read(opened)
      this.#lost(row, opened)
    } catch (error) {
      this.#stumble(error)
    }
    this.#tally.missAfterHit()
    return null
  }

  #lost(row: ItemRow, how: 'missing' | 'broken'): void {
    const { name, log, index } = this.#options
    if (how === 'broken') {
      log.warn({ event: 'cache.content_broken', cache: name, item: row.key })
      this.#index.dropContent(row.digest, this.#files.remove)
    } else if (this.#files.exists()) {
      this.#index.drop([row.bucket], this.#files.remove)
    } else {
      // The whole folder went, perhaps with the index.
      index.doubt()
      this.#index.clear(() => undefined)
    }
  }
}

async function streamOf(
  file: FileHandle,
  size: number,
  span: ByteSpan | undefined,
  tally: Tally,
): Promise<Readable | null> {
  const cut = cutSpan(span, size)
  if (cut === null || size === 0) {
    await file.close()
    return cut === null ? null : Readable.from([])
  }
  tally.saved(lengthOf(cut))
  return file.createReadStream({ ...cut, autoClose: true, highWaterMark: READ_BYTES })
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  return { code: 'code' in error ? String(error.code) : '', message: error.message }
}

function isFull(error: unknown): boolean {
  const { code, message } = describe(error)
  return /^(?:ENOSPC|EDQUOT)\b/u.test(code) || /^(?:ENOSPC|EDQUOT)\b/u.test(message)
}
