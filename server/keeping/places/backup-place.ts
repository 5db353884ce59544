/**
 * Where backups lie: a folder, another disk, a bucket, a server over SFTP or WebDAV. A place keeps objects by name and knows
 * nothing of what is in them; whatever leaves the home for a place is sealed before.
 */
import type { Readable } from 'node:stream'

/** An object of a place. */
export interface PlacedObject {
  /** ASCII letters, digits, `.`, `_`, `-` and `/` between folders; never `..`, never a leading `/`. */
  readonly name: string
  readonly bytes: number
  readonly modifiedAt: Date
}

export interface BackupPlace {
  /** For people: kind, host and path; never a secret. */
  readonly label: string
  /** Those whose name starts so, in the order of their names; the whole listing, in pieces where the place is far. */
  list(prefix: string): AsyncIterable<PlacedObject>
  /**
   * Streams an object in. It appears under its name only when it is whole: what is broken off leaves nothing, or a rest that
   * the next `put` of the same name replaces.
   * @returns its size in bytes
   * @throws HomebirdError UNAVAILABLE with what the place said; STORAGE_FULL where it has no more room
   */
  put(name: string, source: Readable, signal: AbortSignal): Promise<number>
  /** @param from  first byte, from 0. @throws HomebirdError NOT_FOUND, UNAVAILABLE */
  get(name: string, from: number, signal: AbortSignal): Promise<Readable>
  /** Gone is gone: an object that is not there is no error. */
  remove(name: string): Promise<void>
  /** Free bytes; null where the place does not tell. */
  free(): Promise<number | null>
  close(): Promise<void>
}
