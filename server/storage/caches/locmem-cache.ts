/**
 * A cache in the memory of each process. What one process forgets the others forget too: they are told over the gossip, and one
 * that may have missed something forgets everything.
 */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { LRUCache } from 'lru-cache'
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
import { collectBytes, cutSpan, lengthOf } from './item-bytes.ts'
import { Tally } from './counts.ts'
import type { IndexFile } from './index-file.ts'

/** How the processes of a home hear what one of them has forgotten. */
export interface Gossip {
  send(message: string): Promise<void>
  /** @param onGap  something may have been said that was not heard */
  subscribe(onMessage: (message: string) => void, onGap: () => void): () => void
}

export interface LocmemOptions {
  readonly name: CacheName
  readonly maxBytes: number
  readonly maxItemBytes: number
  readonly ttlSeconds: number
  readonly clock: Clock
  readonly log: Logger
  /** Null where there is one process. */
  readonly gossip: Gossip | null
  /** Where it is counted what was found; null counts in this process alone. */
  readonly counts: IndexFile | null
}

interface Kept {
  readonly facts: ItemFacts
  readonly bytes: Buffer
  /** Of the monotonic clock. */
  readonly untilMs: number
}

interface Message {
  readonly from: string
  readonly cache: CacheName
  /** Null for all. */
  readonly keys: readonly string[] | null
}

/** What an item costs beside its bytes and its key: maps, objects, the note. */
const ITEM_OVERHEAD_BYTES = 512
/** NOTIFY takes 8,000 bytes. */
const MOST_MESSAGE_BYTES = 7_800

export function openLocmemCache(options: LocmemOptions): Cache {
  return new LocmemCache(options)
}

class LocmemCache implements Cache {
  readonly #options: LocmemOptions
  readonly #process = randomUUID()
  readonly #tally: Tally
  readonly #kept: LRUCache<string, Kept>
  readonly #unsubscribe: () => void

  constructor(options: LocmemOptions) {
    this.#options = options
    const { name, maxBytes, ttlSeconds, clock, gossip, counts } = options
    this.#tally = new Tally({
      file: counts,
      cache: name,
      clock,
      gauge: () => ({ bytes: this.#kept.calculatedSize, items: this.#kept.size }),
    })
    this.#kept = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }, key) => bytes.length + key.length + ITEM_OVERHEAD_BYTES,
      ttl: ttlSeconds * 1_000,
      ttlResolution: 0,
      updateAgeOnGet: true,
      perf: { now: () => clock.monotonicMs() },
      dispose: (_kept, _key, reason) => {
        if (reason === 'evict') this.#tally.evicted()
      },
    })
    this.#unsubscribe =
      gossip?.subscribe(
        (message) => this.#hear(message),
        () => this.#kept.clear(),
      ) ?? (() => undefined)
  }

  async find(key: string): Promise<CachedItem | null> {
    const kept = this.#kept.get(key)
    if (kept === undefined || kept.untilMs <= this.#options.clock.monotonicMs()) {
      if (kept !== undefined) this.#kept.delete(key)
      this.#tally.miss()
      return null
    }
    this.#tally.hit()
    return itemOf(kept, this.#tally)
  }

  async keep(
    key: string,
    facts: ItemFacts,
    bytes: ItemBytes,
    { ttlSeconds }: KeepOptions = {},
  ): Promise<boolean> {
    const { maxItemBytes, maxBytes, clock } = this.#options
    if (!isCacheKey(key)) return false
    const whole = await collectBytes(
      bytes,
      Math.min(maxItemBytes, maxBytes - key.length - ITEM_OVERHEAD_BYTES),
    )
    if (whole === null) return false
    const untilMs =
      ttlSeconds === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() + ttlSeconds * 1_000
    this.#kept.set(key, { facts, bytes: whole, untilMs })
    return true
  }

  async forget(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#kept.delete(key)
    if (keys.length > 0) await this.#tell(keys)
  }

  async clear(): Promise<number> {
    const items = this.#kept.size
    this.#kept.clear()
    await this.#tell(null)
    return items
  }

  async stats(): Promise<CacheStats> {
    this.#kept.purgeStale()
    return {
      scheme: 'locmem',
      isUp: true,
      maxBytes: this.#options.maxBytes,
      ...this.#tally.counts(),
      ...this.#tally.gauges(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe()
    this.#tally.close()
    this.#kept.clear()
  }

  async #tell(keys: readonly string[] | null): Promise<void> {
    const { gossip, name, log } = this.#options
    if (gossip === null) return
    const said: Message = { from: this.#process, cache: name, keys }
    const text = JSON.stringify(said)
    try {
      await gossip.send(text.length > MOST_MESSAGE_BYTES ? JSON.stringify({ ...said, keys: null }) : text)
    } catch (error) {
      // The others listen on the same database: they have lost it as well, and forget everything when it is back.
      log.warn({ event: 'cache.gossip_failed', cache: name, error })
    }
  }

  #hear(text: string): void {
    const message = parseMessage(text)
    if (message === null || message.from === this.#process || message.cache !== this.#options.name) return
    if (message.keys === null) this.#kept.clear()
    else for (const key of message.keys) this.#kept.delete(key)
  }
}

function parseMessage(text: string): Message | null {
  try {
    return JSON.parse(text) as Message
  } catch {
    return null
  }
}

function itemOf({ facts, bytes }: Kept, tally: Tally): CachedItem {
  return {
    facts,
    size: bytes.length,
    async open(span?: ByteSpan) {
      const cut = cutSpan(span, bytes.length)
      if (cut === null) return null
      tally.saved(lengthOf(cut))
      return Readable.from(bytes.length === 0 ? [] : [bytes.subarray(cut.start, cut.end + 1)], {
        objectMode: false,
      })
    },
    async bytes() {
      tally.saved(bytes.length)
      return bytes
    },
  }
}
