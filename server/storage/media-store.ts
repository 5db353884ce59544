/**
 * Where the files of this home lie: a port, so that they may lie in a folder or with a provider of storage. Files that are
 * served bear the hash of their content; what has just come in and was not looked at yet bears random bits and is never served.
 * @see security rule 62, DESIGN 8
 */
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'

export interface FoundFile {
  readonly size: number
  readonly changedAt: Date
}

export interface ListedFile extends FoundFile {
  readonly key: string
}

export interface ByteSpan {
  readonly start: number
  /** The last byte that belongs to it. */
  readonly end: number
}

/** Bytes that are safe on disk and bear no name yet: they are kept or discarded. */
export interface WrittenFile {
  readonly size: number
  /** SHA-256 in hex. */
  readonly sha256: string
  /** Where its bytes lie on this machine until then. */
  readonly path: string
  /**
   * Gives it its name; a file of that name is the same or is replaced.
   * @param type  for stores that answer readers themselves
   * @throws HomebirdError STORAGE_FULL, STORAGE_UNREACHABLE; then the bytes are gone
   */
  keep(key: string, type?: string): Promise<void>
  /** Does nothing to what was kept. */
  discard(): Promise<void>
}

export interface BorrowedFile extends AsyncDisposable {
  readonly path: string
}

/**
 * Reading and removing throw HomebirdError STORAGE_UNREACHABLE when the provider does not answer or refuses.
 */
export interface MediaStore {
  /** For people: `folder /…`, `bucket x at host`. */
  readonly place: string
  /** @throws HomebirdError STORAGE_UNREACHABLE with the remedy when files can be neither read nor written */
  check(): Promise<void>
  /**
   * Takes bytes as they come, whole or not at all.
   * @throws HomebirdError STORAGE_FULL when there is no room, and what the source throws; then nothing is left
   */
  write(bytes: AsyncIterable<Uint8Array>): Promise<WrittenFile>
  /** Null where there is no such file. */
  find(key: string): Promise<FoundFile | null>
  /** Null where there is no such file. The stream is the caller's to read or destroy. */
  open(key: string, span?: ByteSpan): Promise<Readable | null>
  /** As a file of this machine, for as long as it is needed. Null where there is no such file. */
  borrow(key: string): Promise<BorrowedFile | null>
  /** One that is not there is gone already. */
  remove(key: string): Promise<void>
  /** Every file that is served, in no order. */
  list(): AsyncIterable<ListedFile>
  /** Takes away what came in or was begun before this moment, but for the keys that are kept. @returns how many it were */
  removeLeftovers(before: Date, isKept: (key: string) => Promise<boolean>): Promise<number>
  close(): Promise<void>
}

const INCOMING = /^incoming\/[0-9a-f]{32}$/
const SERVED = /^[0-9a-f]{2}\/[0-9a-f]{62}\.[a-z0-9]{3,4}$/

/** A name for what came in: 128 random bits. */
export const incomingKey = (): string => `incoming/${randomBytes(16).toString('hex')}`

/** @param extension  such as `jpg` */
export const contentKey = (sha256: string, extension: string): string =>
  `${sha256.slice(0, 2)}/${sha256.slice(2)}.${extension}`

/** Whether a key names content; others are never served. */
export const isContentKey = (key: string): boolean => SERVED.test(key)

export const isStoreKey = (key: string): boolean => isContentKey(key) || INCOMING.test(key)
