/** A file of another server as a reader gets it: from memory, from a cache, or while it is on its way. */
import { Readable } from 'node:stream'
import type { CachedItem } from '../../storage/caches/cache.ts'
import type { ByteSpan } from '../../storage/media-store.ts'
import type { FileHead } from './fetch-file.ts'
import type { Flight } from './flight.ts'

export interface OpenedMedia {
  readonly type: string
  /** Strong. */
  readonly etag: string
  /** Null where only its end will tell. */
  readonly size: number | null
  /** All of it, where it is in memory anyway. */
  readonly bytes: Buffer | null
  /** Waits for the end where only that tells. @throws HomebirdError what the fetch threw */
  whenSized(): Promise<number>
  /**
   * The stream is the caller's to read or destroy; it fails where the fetch does. Null for what has left its cache since it was
   * opened: open it again.
   */
  read(span?: ByteSpan): Promise<Readable | null>
}

/** All of a small file. */
export interface HeldFile {
  readonly type: string
  readonly etag: string
  readonly bytes: Buffer
}

export function openHeld({ type, etag, bytes }: HeldFile): OpenedMedia {
  return {
    type,
    etag,
    bytes,
    size: bytes.length,
    whenSized: async () => bytes.length,
    read: async (span) =>
      Readable.from([span === undefined ? bytes : bytes.subarray(span.start, span.end + 1)]),
  }
}

export function openCached(item: CachedItem): OpenedMedia {
  const { size, facts } = item
  return {
    type: facts.type,
    etag: facts.etag,
    bytes: null,
    size,
    whenSized: async () => size,
    read: async (span) => item.open(span),
  }
}

export function openFlight(flight: Flight, { type, etag, size }: FileHead): OpenedMedia {
  flight.want()
  return {
    type,
    etag,
    size,
    bytes: flight.bytes(),
    whenSized: async () => size ?? flight.whole(),
    read: async (span) => flight.open(span),
  }
}
