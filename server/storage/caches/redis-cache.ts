/**
 * A cache in a Redis, for homes of several machines. Items end by the TTL of their keys, which each use renews. Content of more than
 * 256 KiB lies in chunks, so that a part of a video is read without the whole of it.
 */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { LRUCache } from 'lru-cache'
import { boundedMap } from '../../core/bounded-map.ts'
import type { CacheName, CacheStats } from '../../contracts/caches.ts'
import type { Clock } from '../../core/clock.ts'
import { keepValue } from '../../core/kept-value.ts'
import type { Logger } from '../../core/log.ts'
import type { ByteSpan } from '../media-store.ts'
import {
  type Cache,
  type CachedItem,
  type ItemBytes,
  type ItemFacts,
  type KeepOptions,
  isCacheKey,
  wholeSeconds,
} from './cache.ts'
import { Tally } from './counts.ts'
import { Health, type Notice } from './health.ts'
import type { IndexFile } from './index-file.ts'
import { SourceFailed, chunksOf, cutSpan, lengthOf } from './item-bytes.ts'
import {
  CHUNK_BYTES,
  HEAD_BYTES,
  type RedisItem,
  chunkCount,
  inChunks,
  packItem,
  range,
  unpackItem,
} from './redis-item.ts'
import {
  type RedisCommand,
  RedisLink,
  type RedisSend,
  type RedisUrl,
  WRITE_MS,
  PATIENT_MS,
} from './redis-link.ts'

export interface RedisCacheOptions {
  readonly name: CacheName
  readonly url: RedisUrl
  readonly maxItemBytes: number
  readonly ttlSeconds: number
  readonly counts: IndexFile | null
  readonly clock: Clock
  readonly log: Logger
  readonly notice: Notice
}

/** Parts of up to this size are in memory before they are handed out, so that a Redis that falls then harms nobody. */
const WHOLE_BYTES = 2_097_152
/** What a process that was killed while it wrote leaves behind stays so long. */
const DRAFT_SECONDS = 900
const SCAN_COUNT = '1000'
const MOST_SCANS = 500
const STATS_KEEP_MS = 10_000

export function openRedisCache(options: RedisCacheOptions): Cache {
  return new RedisCache(options)
}

class RedisCache implements Cache {
  readonly #options: RedisCacheOptions
  readonly #prefix: string
  readonly #health: Health
  readonly #link: RedisLink
  readonly #tally: Tally
  /** Chunks whose TTL was renewed not long ago. */
  readonly #renewed: LRUCache<string, true>
  readonly #measure: () => Promise<{ readonly bytes: number; readonly items: number } | null>
  /** Something could not be forgotten: everything is, before this Redis is asked again. */
  #owesClearing = false

  constructor(options: RedisCacheOptions) {
    this.#options = options
    const { name, url, clock, counts, ttlSeconds } = options
    this.#prefix = `${url.keyPrefix}homebird:${name}:`
    this.#health = new Health({ ...options, scheme: url.scheme })
    this.#link = new RedisLink({
      url,
      clock,
      health: this.#health,
      onConnected: async (send) => this.#settleDebt(send),
    })
    this.#tally = new Tally({ file: counts, cache: name, clock })
    this.#renewed = boundedMap({ max: 10_000, ttl: ttlSeconds * 125 })
    this.#measure = keepValue(clock, STATS_KEEP_MS, async () => this.#measureNow())
  }

  async find(key: string): Promise<CachedItem | null> {
    const item = this.#itemKey(key)
    const replies = isCacheKey(key) ? await this.#link.send([['GETEX', item, 'EX', this.#ttl]]) : null
    const found = unpackItem(replies?.[0])
    if (found === null || this.#isOver(found.item)) {
      // Asking for it has renewed it in the store.
      if (found !== null) await this.forget([key])
      this.#tally.miss()
      return null
    }
    this.#tally.hit()
    return this.#itemOf(key, found.item, found.content)
  }

  async keep(
    key: string,
    facts: ItemFacts,
    bytes: ItemBytes,
    { ttlSeconds }: KeepOptions = {},
  ): Promise<boolean> {
    if (!isCacheKey(key)) return false
    const id = randomUUID()
    const written = await this.#writeContent(id, bytes)
    if (written === null) return false
    const { size, inline } = written
    const chunks = inline === null ? id : null
    const until = ttlSeconds === undefined ? null : this.#options.clock.now().getTime() + ttlSeconds * 1_000
    const former = await this.#headsOf([key])
    const value = packItem({ facts, size, until, chunks }, inline ?? new Uint8Array(0))
    const names =
      chunks === null ? [] : range(0, chunkCount(size) - 1).map((index) => this.#chunkKey(id, index))
    const ttl =
      ttlSeconds === undefined
        ? this.#ttl
        : String(Math.min(wholeSeconds(ttlSeconds), this.#options.ttlSeconds))
    const replies = await this.#link.send(
      [
        ...names.map((name): RedisCommand => ['EXPIRE', name, ttl]),
        ['SET', this.#itemKey(key), value, 'EX', ttl],
      ],
      WRITE_MS,
    )
    const isKept = replies !== null && replies.slice(0, -1).every((reply) => reply === 1)
    const gone = isKept ? former.flatMap((item) => this.#chunkKeys(item)) : [...names, this.#itemKey(key)]
    await this.#unlink(gone)
    return isKept
  }

  async forget(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += 100) {
      const some = keys.slice(start, start + 100)
      const heads = await this.#headsOf(some)
      const names = [
        ...some.map((key) => this.#itemKey(key)),
        ...heads.flatMap((item) => this.#chunkKeys(item)),
      ]
      if (!(await this.#unlink(names))) this.#owesClearing = true
    }
  }

  async clear(): Promise<number | null> {
    this.#renewed.clear()
    const items = await this.#clearWith(async (commands) => {
      const replies = await this.#link.send(commands, PATIENT_MS)
      if (replies === null) throw new Error('the store does not answer')
      return replies
    }).catch(() => null)
    if (items === null) this.#owesClearing = true
    return items
  }

  async stats(): Promise<CacheStats> {
    const { scheme } = this.#options.url
    const measured = await this.#measure()
    return {
      scheme,
      isUp: this.#health.isUp,
      bytes: measured?.bytes ?? null,
      items: measured?.items ?? null,
      maxBytes: null,
      ...this.#tally.counts(),
      evictions: null,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tally.close()
    this.#link.close()
  }

  #isOver({ until }: RedisItem): boolean {
    return until !== null && until <= this.#options.clock.now().getTime()
  }

  get #ttl(): string {
    return String(this.#options.ttlSeconds)
  }

  #itemKey(key: string): string {
    return `${this.#prefix}i:${key}`
  }

  #chunkKey(id: string, index: number): string {
    return `${this.#prefix}c:${id}:${index}`
  }

  #chunkKeys({ chunks, size }: RedisItem): string[] {
    return chunks === null ? [] : range(0, chunkCount(size) - 1).map((index) => this.#chunkKey(chunks, index))
  }

  /** Small content is not written yet. Null where it is too large, its source failed, or the store did. */
  async #writeContent(
    id: string,
    bytes: ItemBytes,
  ): Promise<{ readonly size: number; readonly inline: Buffer | null } | null> {
    const names: string[] = []
    let size = 0
    let held: Buffer | null = null
    const write = async (chunk: Buffer): Promise<boolean> => {
      const name = this.#chunkKey(id, names.length)
      names.push(name)
      return (await this.#link.send([['SET', name, chunk, 'EX', String(DRAFT_SECONDS)]], WRITE_MS)) !== null
    }
    const isWhole = await (async () => {
      for await (const chunk of inChunks(chunksOf(bytes))) {
        size += chunk.length
        if (size > this.#options.maxItemBytes) return false
        if (held !== null && !(await write(held))) return false
        held = chunk
      }
      return names.length === 0 || held === null || (await write(held))
    })().catch((error: unknown) => {
      if (error instanceof SourceFailed) return false
      throw error
    })
    if (isWhole) return { size, inline: names.length === 0 ? (held ?? Buffer.alloc(0)) : null }
    await this.#unlink(names)
    return null
  }

  async #headsOf(keys: readonly string[]): Promise<RedisItem[]> {
    const replies = await this.#link.send(
      keys.map((key): RedisCommand => ['GETRANGE', this.#itemKey(key), '0', String(HEAD_BYTES - 1)]),
    )
    return (replies ?? []).flatMap((reply) => unpackItem(reply)?.item ?? [])
  }

  /** @returns whether it was done */
  async #unlink(names: readonly string[]): Promise<boolean> {
    return names.length === 0 || (await this.#link.send([['UNLINK', ...names]], WRITE_MS)) !== null
  }

  #itemOf(key: string, item: RedisItem, content: Buffer): CachedItem {
    const { facts, size } = item
    const read = async (span: ByteSpan): Promise<Buffer | null> => {
      if (item.chunks === null)
        return content.length === size ? content.subarray(span.start, span.end + 1) : null
      return (await this.#renew(item)) ? this.#readChunks(item, span) : null
    }
    const lost = async (): Promise<null> => {
      this.#tally.missAfterHit()
      if (this.#health.isUp) await this.forget([key])
      return null
    }
    return {
      facts,
      size,
      open: async (span) => {
        const cut = cutSpan(span, size)
        if (cut === null) return null
        const first = size === 0 ? Buffer.alloc(0) : await read(cutToFirst(cut))
        if (first === null) return lost()
        this.#tally.saved(size === 0 ? 0 : lengthOf(cut))
        return Readable.from(this.#rest(item, cut, first), { objectMode: false })
      },
      bytes: async () => {
        const whole = size === 0 ? Buffer.alloc(0) : await read({ start: 0, end: size - 1 })
        if (whole === null) return lost()
        this.#tally.saved(size)
        return whole
      },
    }
  }

  /** What was read, and after it chunk by chunk what is left of the span. */
  async *#rest(item: RedisItem, { start, end }: ByteSpan, first: Buffer): AsyncGenerator<Buffer> {
    if (first.length > 0) yield first
    for (let at = start + first.length; at <= end;) {
      const chunkEnd = Math.min(end, (Math.floor(at / CHUNK_BYTES) + 1) * CHUNK_BYTES - 1)
      const part = await this.#readChunks(item, { start: at, end: chunkEnd })
      if (part === null) throw new Error('the rest of a cached item is not there any more')
      yield part
      at = chunkEnd + 1
    }
  }

  async #readChunks({ chunks, size }: RedisItem, { start, end }: ByteSpan): Promise<Buffer | null> {
    const [from, to] = [Math.floor(start / CHUNK_BYTES), Math.floor(end / CHUNK_BYTES)]
    const parts: Buffer[] = []
    for (const index of range(from, to)) {
      const replies = await this.#link.send([['GET', this.#chunkKey(chunks ?? '', index)]])
      const chunk = replies?.[0]
      const expected = Math.min(CHUNK_BYTES, size - index * CHUNK_BYTES)
      if (!Buffer.isBuffer(chunk) || chunk.length !== expected) return null
      parts.push(chunk)
    }
    const whole = parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts)
    const skipped = from * CHUNK_BYTES
    return whole.subarray(start - skipped, end - skipped + 1)
  }

  /** All chunks live as long as their item; tells also that they are all there. */
  async #renew(item: RedisItem): Promise<boolean> {
    if (item.chunks === null || this.#renewed.has(item.chunks)) return true
    const replies = await this.#link.send(
      this.#chunkKeys(item).map((name): RedisCommand => ['EXPIRE', name, this.#ttl]),
    )
    if (replies === null || !replies.every((reply) => reply === 1)) return false
    this.#renewed.set(item.chunks, true)
    return true
  }

  async #settleDebt(send: RedisSend): Promise<void> {
    if (!this.#owesClearing) return
    await this.#clearWith(send)
    this.#owesClearing = false
  }

  async #clearWith(send: RedisSend): Promise<number> {
    let items = 0
    for await (const keys of this.#scan(send)) {
      items += keys.filter((key) => key.startsWith(`${this.#prefix}i:`)).length
      if (keys.length > 0) await send([['UNLINK', ...keys]])
    }
    return items
  }

  /** Own keys, some at a time. The prefix holds no sign that a pattern knows. */
  async *#scan(send: RedisSend): AsyncGenerator<string[]> {
    let cursor = '0'
    do {
      const [reply] = await send([['SCAN', cursor, 'MATCH', `${this.#prefix}*`, 'COUNT', SCAN_COUNT]])
      const [next, keys] = reply as [Buffer, Buffer[]]
      cursor = String(next)
      yield keys.map(String)
    } while (cursor !== '0')
  }

  /** Null where it does not answer, or holds so much that counting would be work. */
  async #measureNow(): Promise<{ readonly bytes: number; readonly items: number } | null> {
    const send: RedisSend = async (commands) => {
      const replies = await this.#link.send(commands, PATIENT_MS)
      if (replies === null) throw new Error('the store does not answer')
      return replies
    }
    let [bytes, items, scans] = [0, 0, 0]
    try {
      for await (const keys of this.#scan(send)) {
        if ((scans += 1) > MOST_SCANS) return null
        items += keys.filter((key) => key.startsWith(`${this.#prefix}i:`)).length
        const lengths = keys.length === 0 ? [] : await send(keys.map((key): RedisCommand => ['STRLEN', key]))
        bytes += lengths.reduce<number>((sum, length) => sum + Number(length), 0)
      }
      return { bytes, items }
    } catch {
      return null
    }
  }
}

/** The part of a span that is read before anything is handed out. */
const cutToFirst = ({ start, end }: ByteSpan): ByteSpan =>
  end - start < WHOLE_BYTES
    ? { start, end }
    : { start, end: (Math.floor(start / CHUNK_BYTES) + 1) * CHUNK_BYTES - 1 }
