/**
 * A cache: what may be thrown away at any time. Whatever happens to its store, a reader sees a miss and never an error;
 * one that is down, full or broken is told in the log, once. DESIGN 8.
 */
import type { Readable } from 'node:stream'
import type { CacheStats } from '../../contracts/caches.ts'
import type { ByteSpan } from '../media-store.ts'

export interface ItemFacts {
  /** Media type, as it is answered with. */
  readonly type: string
  readonly etag: string
  /** Milliseconds since 1970. */
  readonly storedAt: number
  /** Host that it came from: in a folder no host has more than a quarter of the room (rule 63). */
  readonly source?: string
  readonly note?: Readonly<Record<string, string | number>>
}

export interface CachedItem {
  readonly facts: ItemFacts
  readonly size: number
  /**
   * Null where it went away since it was found, and for a span beyond its end. The stream is the caller's to read or destroy;
   * what it has begun it ends, unless a store over the network falls in its midst: then it fails.
   */
  open(span?: ByteSpan): Promise<Readable | null>
  /** The whole, not to be written to. Null where it went away since it was found. */
  bytes(): Promise<Buffer | null>
}

export interface KeepOptions {
  /**
   * The item ends so long after it was kept, however often it is asked for. Without it, and at the latest, it ends when nobody
   * has asked for it for the time that the URL of the cache says.
   */
  readonly ttlSeconds?: number
}

export type ItemBytes = Uint8Array | AsyncIterable<Uint8Array>

export interface Cache extends AsyncDisposable {
  /** Null for what is not there, has ended, or cannot be asked for now. */
  find(key: string): Promise<CachedItem | null>
  /**
   * Whole or not at all: an item of this key is replaced at once or stays as it was. A source that fails is no item.
   * @param key  printable ASCII without spaces, up to 400 characters; readable: `proxy_<sha256>`, `page_<variant>_<path>`
   * @returns false where it was not kept: too large, no room, down, off
   */
  keep(key: string, facts: ItemFacts, bytes: ItemBytes, options?: KeepOptions): Promise<boolean>
  /**
   * In every process of this home. What cannot be forgotten because the store does not answer is forgotten, with all else in the
   * store, before that is asked again.
   */
  forget(keys: readonly string[]): Promise<void>
  /** @returns how many items went; null where the store does not say */
  clear(): Promise<number | null>
  stats(): Promise<CacheStats>
}

const KEY = /^[\x21-\x7e]{1,400}$/

/** A key that no store could hold is a defect of the caller, but no reason to fail: it is never there. */
export const isCacheKey = (key: string): boolean => KEY.test(key)

/** What a store shared with others says of itself is looked at: another program may have written it. */
export function isItemFacts(raw: unknown): raw is ItemFacts {
  if (typeof raw !== 'object' || raw === null) return false
  const { type, etag, storedAt, source, note } = raw as Readonly<Record<string, unknown>>
  const isNoted = note === undefined || (typeof note === 'object' && note !== null)
  const isSourced = source === undefined || typeof source === 'string'
  return (
    typeof type === 'string' && typeof etag === 'string' && Number.isFinite(storedAt) && isNoted && isSourced
  )
}

/** Stores over the network count whole seconds, and to some of them none is for ever. */
export const wholeSeconds = (seconds: number): number => Math.max(1, Math.ceil(seconds))
