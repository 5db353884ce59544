/**
 * A cache on one or several memcached servers, for answers. Each key has its server by a ring of hashes; a server that is away is a
 * miss for its keys and moves no others. What is kept bears the generation of its server: with a new one, everything before it is
 * gone, which is how a shared memcached is emptied of what is ours.
 */
import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { LRUCache } from 'lru-cache'
import { boundedMap } from '../../core/bounded-map.ts'
import type { CacheName, CacheStats } from '../../contracts/caches.ts'
import type { CacheUrl } from '../../core/cache-url.ts'
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import {
  type Cache,
  type CachedItem,
  type ItemBytes,
  type ItemFacts,
  type KeepOptions,
  isCacheKey,
  isItemFacts,
  wholeSeconds,
} from './cache.ts'
import { Tally } from './counts.ts'
import { HashRing } from './hash-ring.ts'
import { Health, type Notice } from './health.ts'
import type { IndexFile } from './index-file.ts'
import { collectBytes, cutSpan, lengthOf } from './item-bytes.ts'
import { MemcachedNode, PATIENT_MS } from './memcached-node.ts'
import type { MemcachedReply } from './memcached-replies.ts'

export interface MemcachedCacheOptions {
  readonly name: CacheName
  readonly url: Extract<CacheUrl, { readonly scheme: 'memcached' }>
  readonly maxItemBytes: number
  readonly ttlSeconds: number
  readonly counts: IndexFile | null
  readonly clock: Clock
  readonly log: Logger
  readonly notice: Notice
}

/** What stands before the content of an item. */
interface Head {
  readonly generation: string
  /** In full: the name of an item may be a hash of it. */
  readonly key: string
  readonly facts: ItemFacts
  /** Milliseconds since 1970; null where disuse alone ends it. */
  readonly until: number | null
}

const MOST_KEY_BYTES = 250
/** memcached counts key and its own notes into its 1 MB. */
const MOST_ITEM_BYTES = 1_048_576 - 1_024
/** Above it memcached takes a number of seconds for a moment. */
const MONTH_SECONDS = 30 * 86_400

export function openMemcachedCache(options: MemcachedCacheOptions): Cache {
  return new MemcachedCache(options)
}

class MemcachedCache implements Cache {
  readonly #options: MemcachedCacheOptions
  readonly #prefix: string
  readonly #health: Health
  readonly #tally: Tally
  readonly #nodes: readonly MemcachedNode[]
  readonly #ring: HashRing<MemcachedNode>
  /** Names whose time was renewed not long ago. */
  readonly #renewed: LRUCache<string, true>
  /** Servers on which something could not be forgotten: everything is, before they are asked again. */
  readonly #owing = new Set<string>()

  constructor(options: MemcachedCacheOptions) {
    this.#options = options
    const { name, url, clock, counts, ttlSeconds } = options
    this.#prefix = `${url.keyPrefix}homebird:${name}:`
    this.#health = new Health({ ...options, scheme: 'memcached' })
    this.#tally = new Tally({ file: counts, cache: name, clock })
    this.#renewed = boundedMap({ max: 10_000, ttl: ttlSeconds * 125 })
    this.#nodes = url.servers.map((server) => {
      const node: MemcachedNode = new MemcachedNode({
        server,
        clock,
        onFell: (reason) => this.#health.fell(reason),
        onRose: () => this.#nodes.every(({ isUp }) => isUp) && this.#health.rose(),
        onConnected: async (ask) => this.#settleDebt(node.name, ask),
      })
      return node
    })
    this.#ring = new HashRing(this.#nodes)
  }

  async find(key: string): Promise<CachedItem | null> {
    const found = isCacheKey(key) ? await this.#read(key) : null
    if (found === null) {
      this.#tally.miss()
      return null
    }
    this.#tally.hit()
    this.#renewLater(key, found.head)
    return itemOf(found.head.facts, found.content, this.#tally)
  }

  async keep(
    key: string,
    facts: ItemFacts,
    bytes: ItemBytes,
    { ttlSeconds }: KeepOptions = {},
  ): Promise<boolean> {
    if (!isCacheKey(key)) return false
    const content = await collectBytes(bytes, Math.min(this.#options.maxItemBytes, MOST_ITEM_BYTES))
    if (content === null) return false
    const node = this.#ring.at(key)
    const generation = await this.#generationOf(node)
    if (generation === null) return false
    const until = ttlSeconds === undefined ? null : this.#options.clock.now().getTime() + ttlSeconds * 1_000
    const value = packValue({ generation, key, facts, until }, content)
    if (value.length > MOST_ITEM_BYTES) return false
    const { ttlSeconds: longest } = this.#options
    const seconds = Math.min(wholeSeconds(ttlSeconds ?? longest), longest)
    const reply = await node.ask(storing('set', this.#nameOf(key), this.#exptime(seconds), value))
    if (reply !== null && reply.line !== 'STORED') {
      this.#health.refused(reply.line)
      // A value that could not be replaced would be served on.
      await this.forget([key])
    }
    return reply?.line === 'STORED'
  }

  async forget(keys: readonly string[]): Promise<void> {
    await Promise.all(
      keys.filter(isCacheKey).map(async (key) => {
        const node = this.#ring.at(key)
        const reply = await node.ask(Buffer.from(`delete ${this.#nameOf(key)}\r\n`))
        if (reply === null) this.#owing.add(node.name)
      }),
    )
  }

  /** How many items they were only the server knows. */
  async clear(): Promise<null> {
    await Promise.all(
      this.#nodes.map(async (node) => {
        const reply = await node.ask(this.#newGeneration('set', randomUUID()), PATIENT_MS)
        if (reply?.line !== 'STORED') this.#owing.add(node.name)
      }),
    )
    return null
  }

  async stats(): Promise<CacheStats> {
    await Promise.all(
      this.#nodes.map(async (node) => node.ask(Buffer.from(`get ${this.#generationName}\r\n`), PATIENT_MS)),
    )
    return {
      scheme: 'memcached',
      isUp: this.#nodes.every(({ isUp }) => isUp),
      bytes: null,
      items: null,
      maxBytes: null,
      ...this.#tally.counts(),
      evictions: null,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tally.close()
    for (const node of this.#nodes) node.close()
  }

  get #generationName(): string {
    return `${this.#prefix}generation`
  }

  /** Names of items cannot be that of the generation: they begin otherwise. */
  #nameOf(key: string): string {
    const name = `${this.#prefix}i:${key}`
    return name.length <= MOST_KEY_BYTES
      ? name
      : `${this.#prefix}h:${createHash('sha256').update(key).digest('base64url')}`
  }

  #exptime(seconds: number): number {
    return seconds <= MONTH_SECONDS
      ? seconds
      : Math.floor(this.#options.clock.now().getTime() / 1_000) + seconds
  }

  async #read(key: string): Promise<{ readonly head: Head; readonly content: Buffer } | null> {
    const name = this.#nameOf(key)
    const reply = await this.#ring.at(key).ask(Buffer.from(`get ${this.#generationName} ${name}\r\n`))
    const generation = valueOf(reply, this.#generationName)
    const found = unpackValue(valueOf(reply, name))
    if (generation === null || found?.head.generation !== String(generation) || found.head.key !== key)
      return null
    const { until } = found.head
    return until !== null && until <= this.#options.clock.now().getTime() ? null : found
  }

  /** Nobody waits for it. */
  #renewLater(key: string, { until }: Head): void {
    const name = this.#nameOf(key)
    if (until !== null || this.#renewed.has(name)) return
    this.#renewed.set(name, true)
    void this.#ring.at(key).ask(Buffer.from(`touch ${name} ${this.#exptime(this.#options.ttlSeconds)}\r\n`))
  }

  /** Makes one where there is none; of two that make one, the first counts. */
  async #generationOf(node: MemcachedNode): Promise<string | null> {
    const read = async (): Promise<string | null> => {
      const found = valueOf(
        await node.ask(Buffer.from(`get ${this.#generationName}\r\n`)),
        this.#generationName,
      )
      return found === null ? null : String(found)
    }
    const generation = await read()
    if (generation !== null) return generation
    const reply = await node.ask(this.#newGeneration('add', randomUUID()))
    return reply === null ? null : read()
  }

  #newGeneration(how: 'set' | 'add', generation: string): Buffer {
    return storing(how, this.#generationName, 0, Buffer.from(generation))
  }

  async #settleDebt(name: string, ask: (request: Buffer) => Promise<MemcachedReply>): Promise<void> {
    if (!this.#owing.has(name)) return
    const { line } = await ask(this.#newGeneration('set', randomUUID()))
    if (line !== 'STORED') throw new Error(line)
    this.#owing.delete(name)
  }
}

function storing(how: 'set' | 'add', name: string, exptime: number, value: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`${how} ${name} 0 ${exptime} ${value.length}\r\n`),
    value,
    Buffer.from('\r\n'),
  ])
}

const valueOf = (reply: MemcachedReply | null, name: string): Buffer | null =>
  reply?.values.find(({ key }) => key === name)?.data ?? null

/** Length of the head in four bytes, the head as JSON, the content. */
function packValue(head: Head, content: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text, content])
}

function unpackValue(value: Buffer | null): { readonly head: Head; readonly content: Buffer } | null {
  if (value === null || value.length < 4) return null
  const end = 4 + value.readUInt32BE()
  if (end > value.length) return null
  try {
    const head = JSON.parse(value.toString('utf8', 4, end)) as Head
    return isItemFacts(head.facts) ? { head, content: value.subarray(end) } : null
  } catch {
    return null
  }
}

function itemOf(facts: ItemFacts, content: Buffer, tally: Tally): CachedItem {
  return {
    facts,
    size: content.length,
    async open(span) {
      const cut = cutSpan(span, content.length)
      if (cut === null) return null
      tally.saved(lengthOf(cut))
      return Readable.from(content.length === 0 ? [] : [content.subarray(cut.start, cut.end + 1)], {
        objectMode: false,
      })
    },
    async bytes() {
      tally.saved(content.length)
      return content
    },
  }
}
