/** The rows of one file cache in the index: which items there are, how much room they take, who goes first. */
import { createHash } from 'node:crypto'
import type { CacheName } from '../../contracts/caches.ts'
import type { IndexFile, IndexStatements } from './index-file.ts'
import { type ItemRow, type StoredRow, rowFrom } from './item-row.ts'

/** What became of removed rows: names to be taken from the disk. */
export interface Removed {
  /** Null where the entry of the item was written anew. */
  readonly bucket: Buffer | null
  /** Null where another item has the same content. */
  readonly digest: Buffer | null
}

const BLOCK_BYTES = 4_096
/** One host may fill a quarter. */
const SHARE_OF_SOURCE = 4
/** Items that one transaction takes away: others wait for it. */
const AT_ONCE = 64
export const DAY_MS = 86_400_000
/** The entry of an item in the index of the folder, and the folder of it. */
export const ITEM_BYTES = 2 * BLOCK_BYTES

/** Bytes of disk: whole blocks, with the folder that a content lies in. */
export const contentCharge = (size: number): number => (Math.ceil(size / BLOCK_BYTES) + 1) * BLOCK_BYTES

export const bucketOf = (key: string): Buffer => createHash('sha256').update(key).digest()

const COLUMNS = 'bucket, key, digest, size, type, etag, note, stored_at, used_at, expires_at, source'

export class ItemIndex {
  readonly #file: IndexFile
  readonly #cache: CacheName

  constructor(file: IndexFile, cache: CacheName) {
    this.#file = file
    this.#cache = cache
  }

  /** Does not make a missing index: where nothing was kept, nothing is found. */
  find(key: string): ItemRow | null {
    const row = this.#file.use(
      (index) =>
        index.get<StoredRow>(
          `select ${COLUMNS} from item where cache = ? and bucket = ?`,
          this.#cache,
          bucketOf(key),
        ),
      false,
    )
    return row === null || row === undefined ? null : rowFrom(row)
  }

  /**
   * Puts a row in and takes others out until all fit.
   * @param isThere  looked at in the transaction: another process may just have removed the same content
   * @param remove  called in the transaction, so that nobody keeps the same content in between
   * @returns how many others went; null where the row is not in
   */
  put(
    row: ItemRow,
    maxBytes: number,
    isThere: () => boolean,
    remove: (gone: readonly Removed[]) => void,
  ): number | null {
    return this.#file.change((index) => {
      if (!isThere()) return null
      const replaced = this.#delete(index, [row.bucket])
      this.#insert(index, row)
      // The entry of the item in the folder was written anew; only content that nobody has any more goes.
      const left = replaced.filter(({ digest }) => digest !== null && !digest.equals(row.digest))
      remove(left.map(({ digest }) => ({ bucket: null, digest })))
      const overShare = this.#deleteOverShare(index, row, maxBytes / SHARE_OF_SOURCE)
      remove(overShare)
      let evicted = overShare.length
      while (this.#bytes(index) > maxBytes) {
        const gone = this.#deleteOldest(index, maxBytes, row.bucket)
        if (gone.length === 0) break
        remove(gone)
        evicted += gone.length
      }
      return evicted
    })
  }

  /** Makes room for so many bytes, a few items at a time. @returns how many went; 0 where there is room */
  makeRoom(bytes: number, maxBytes: number, remove: (gone: readonly Removed[]) => void): number {
    const went = this.#file.change((index) => {
      const gone = this.#deleteOldest(index, maxBytes - bytes, null)
      remove(gone)
      return gone.length
    })
    return went ?? 0
  }

  /** Puts in what a folder says of itself; a row that is there is newer. */
  restore(rows: readonly ItemRow[], isThere: (row: ItemRow) => boolean): void {
    this.#file.change((index) => {
      for (const row of rows) {
        if (!isThere(row)) continue
        const known = index.get('select 1 from item where cache = ? and bucket = ?', this.#cache, row.bucket)
        if (known === undefined) this.#insert(index, row)
      }
    })
  }

  /** @returns false where it could not be done now */
  drop(buckets: readonly Buffer[], remove: (gone: readonly Removed[]) => void): boolean {
    const isDone = this.#file.change((index) => {
      remove(this.#delete(index, buckets))
      return true
    }, false)
    return isDone === true || !this.#file.exists()
  }

  /** Items with this content, because the content is not what it should be. */
  dropContent(digest: Buffer, remove: (gone: readonly Removed[]) => void): void {
    this.#file.change((index) => {
      const rows = index.all<{ bucket: Buffer }>(
        'select bucket from item where cache = ? and digest = ?',
        this.#cache,
        digest,
      )
      remove(
        this.#delete(
          index,
          rows.map(({ bucket }) => bucket),
        ),
      )
    })
  }

  /** A part of what has ended. @returns how many went */
  dropEnded(now: number, unusedSince: number, remove: (gone: readonly Removed[]) => void): number {
    const went = this.#file.change((index) => {
      const rows = index.all<{ bucket: Buffer }>(
        `select bucket from item where cache = ? and used_at <= ?
          union select bucket from item where cache = ? and expires_at is not null and expires_at <= ? limit ${AT_ONCE}`,
        this.#cache,
        unusedSince,
        this.#cache,
        now,
      )
      const gone = this.#delete(
        index,
        rows.map(({ bucket }) => bucket),
      )
      remove(gone)
      return gone.length
    })
    return went ?? 0
  }

  touch(usedAt: ReadonlyMap<string, number>): void {
    this.#file.change((index) => {
      for (const [bucket, at] of usedAt) {
        index.run(
          'update item set used_at = max(used_at, ?) where cache = ? and bucket = ?',
          at,
          this.#cache,
          Buffer.from(bucket, 'hex'),
        )
      }
    })
  }

  /** All rows. @param remove  takes the files away, before anybody can put an item in. @returns how many it were */
  clear(remove: () => void): number {
    const went = this.#file.change((index) => {
      remove()
      index.run('delete from content where cache = ?', this.#cache)
      index.run('delete from total where cache = ?', this.#cache)
      return index.run('delete from item where cache = ?', this.#cache)
    }, false)
    if (went === null && !this.#file.exists()) remove()
    return went ?? 0
  }

  totals(): { readonly bytes: number; readonly items: number } {
    const row = this.#file.use(
      (index) =>
        index.get<{ bytes: number; items: number }>(
          'select bytes, items from total where cache = ?',
          this.#cache,
        ),
      false,
    )
    return { bytes: row?.bytes ?? 0, items: row?.items ?? 0 }
  }

  /** Of the content after this one, in order; for walks over all of it. */
  contentAfter(digest: Buffer, count: number): readonly { readonly digest: Buffer; readonly size: number }[] {
    return (
      this.#file.use((index) =>
        index.all<{ digest: Buffer; size: number }>(
          'select digest, size from content where cache = ? and digest > ? order by digest limit ?',
          this.#cache,
          digest,
          count,
        ),
      ) ?? []
    )
  }

  hasContent(digest: Buffer): boolean {
    return this.#has('select 1 as one from content where cache = ? and digest = ?', digest)
  }

  hasItem(bucket: Buffer): boolean {
    return this.#has('select 1 as one from item where cache = ? and bucket = ?', bucket)
  }

  /** Runs `work` in a transaction while nobody else can put items in. @returns false where it could not be done now */
  alone(work: () => void): boolean {
    return (
      this.#file.change(() => {
        work()
        return true
      }) === true
    )
  }

  /** Counts anew what was added and taken one by one. */
  recount(): void {
    this.#file.change((index) => {
      const content = index.all<{ size: number }>('select size from content where cache = ?', this.#cache)
      const row = index.get<{ items: number }>(
        'select count(*) as items from item where cache = ?',
        this.#cache,
      )
      const items = row?.items ?? 0
      const bytes = content.reduce((sum, { size }) => sum + contentCharge(size), items * ITEM_BYTES)
      index.run('insert or replace into total values (?, ?, ?)', this.#cache, bytes, items)
    })
  }

  /**
   * Takes a chore that one process is to do.
   * @param putOff  one that must not be done in between
   * @returns whether it is due and now ours; it is due again after `everyMs`
   */
  takeChore(name: string, now: number, everyMs: number, putOff?: string): boolean {
    const taken = this.#file.change((index) => {
      const row = index.get<{ due_at: number }>(
        'select due_at from chore where cache = ? and name = ?',
        this.#cache,
        name,
      )
      // A clock that was set back must not put it off for ever.
      if (row !== undefined && row.due_at > now && row.due_at <= now + everyMs) return false
      index.run('insert or replace into chore values (?, ?, ?)', this.#cache, name, now + everyMs)
      if (putOff !== undefined)
        index.run('insert or replace into chore values (?, ?, ?)', this.#cache, putOff, now + DAY_MS)
      return true
    })
    return taken ?? false
  }

  #has(sql: string, value: Buffer): boolean {
    // Where the index cannot be asked, everything may belong to something.
    return this.#file.use((index) => index.get(sql, this.#cache, value) !== undefined) ?? true
  }

  #bytes(index: IndexStatements): number {
    return index.get<{ bytes: number }>('select bytes from total where cache = ?', this.#cache)?.bytes ?? 0
  }

  #insert(index: IndexStatements, row: ItemRow): void {
    const { type, etag, storedAt, note, source } = row.facts
    index.run(
      `insert into item (cache, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      this.#cache,
      row.bucket,
      row.key,
      row.digest,
      row.size,
      type,
      etag,
      note === undefined ? '' : JSON.stringify(note),
      storedAt,
      row.usedAt,
      row.expiresAt,
      source ?? null,
    )
    const isNew =
      index.run('insert or ignore into content values (?, ?, ?)', this.#cache, row.digest, row.size) > 0
    this.#add(index, ITEM_BYTES + (isNew ? contentCharge(row.size) : 0), 1)
  }

  /** What of the same source was used longest ago, until the rest is within its share. */
  #deleteOverShare(index: IndexStatements, row: ItemRow, mostBytes: number): readonly Removed[] {
    const { source } = row.facts
    if (source === undefined) return []
    const held = index.get<{ items: number; bytes: number }>(
      'select count(*) as items, coalesce(sum(size), 0) as bytes from item where cache = ? and source = ?',
      this.#cache,
      source,
    )
    const least = contentCharge(0) + ITEM_BYTES
    let bytes = (held?.bytes ?? 0) + (held?.items ?? 0) * least
    const gone: Removed[] = []
    while (bytes > mostBytes) {
      const oldest = index.get<{ bucket: Buffer; size: number }>(
        'select bucket, size from item where cache = ? and source = ? and bucket is not ? order by used_at limit 1',
        this.#cache,
        source,
        row.bucket,
      )
      if (oldest === undefined) break
      gone.push(...this.#delete(index, [oldest.bucket]))
      bytes -= oldest.size + least
    }
    return gone
  }

  /** A few, until no more than `mostBytes` are left. */
  #deleteOldest(index: IndexStatements, mostBytes: number, spared: Buffer | null): readonly Removed[] {
    if (this.#bytes(index) <= mostBytes) return []
    const rows = index.all<{ bucket: Buffer }>(
      'select bucket from item where cache = ? and bucket is not ? order by used_at limit ?',
      this.#cache,
      spared,
      AT_ONCE,
    )
    const gone: Removed[] = []
    for (const { bucket } of rows) {
      gone.push(...this.#delete(index, [bucket]))
      if (this.#bytes(index) <= mostBytes) break
    }
    return gone
  }

  #delete(index: IndexStatements, buckets: readonly Buffer[]): readonly Removed[] {
    const gone: Removed[] = []
    for (const bucket of buckets) {
      const row = index.get<{ digest: Buffer; size: number }>(
        'delete from item where cache = ? and bucket = ? returning digest, size',
        this.#cache,
        bucket,
      )
      if (row === undefined) continue
      const isShared =
        index.get('select 1 from item where cache = ? and digest = ? limit 1', this.#cache, row.digest) !==
        undefined
      if (!isShared) index.run('delete from content where cache = ? and digest = ?', this.#cache, row.digest)
      this.#add(index, -(ITEM_BYTES + (isShared ? 0 : contentCharge(row.size))), -1)
      gone.push({ bucket, digest: isShared ? null : row.digest })
    }
    return gone
  }

  #add(index: IndexStatements, bytes: number, items: number): void {
    index.run(
      `insert into total values (?, ?, ?)
        on conflict (cache) do update set bytes = bytes + excluded.bytes, items = items + excluded.items`,
      this.#cache,
      bytes,
      items,
    )
  }
}
