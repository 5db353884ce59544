import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '../../../server/core/log.ts'
import type { ItemFacts } from '../../../server/storage/caches/cache.ts'
import {
  type Gossip,
  type LocmemOptions,
  openLocmemCache,
} from '../../../server/storage/caches/locmem-cache.ts'

const FACTS: ItemFacts = { type: 'text/html', etag: '"1"', storedAt: 1_000, note: { status: 200 } }

/** A cache whose time stands still until it is moved. */
function openCache(options: Partial<LocmemOptions> = {}) {
  const time = { ms: 1 }
  const clock = { now: () => new Date(time.ms), monotonicMs: () => time.ms }
  const cache = openLocmemCache({
    name: 'default',
    maxBytes: 10_000,
    maxItemBytes: 5_000,
    ttlSeconds: 100,
    clock,
    log: createLogger('test', 'silent'),
    gossip: null,
    counts: null,
    ...options,
  })
  const later = (seconds: number): void => void (time.ms += seconds * 1_000)
  return { cache, later }
}

async function textOf(cache: ReturnType<typeof openCache>['cache'], key: string): Promise<string | null> {
  const item = await cache.find(key)
  return item === null ? null : String(await item.bytes())
}

test('what is kept is found whole or in parts, with its facts, and counted', async () => {
  const { cache } = openCache()
  assert.equal(await cache.keep('page_html_/', FACTS, Buffer.from('hello')), true)
  const item = await cache.find('page_html_/')
  assert.deepEqual([item?.facts, item?.size], [FACTS, 5])
  assert.equal(String(await item?.bytes()), 'hello')
  const part = await item?.open({ start: 1, end: 3 })
  assert.equal(String(Buffer.concat((await part?.toArray()) ?? [])), 'ell')
  const rest = await item?.open({ start: 3, end: 99 })
  assert.equal(String(Buffer.concat((await rest?.toArray()) ?? [])), 'lo')
  assert.equal(await item?.open({ start: 5, end: 9 }), null)
  assert.equal(await cache.find('page_html_/other'), null)
  const { hits, misses, items, bytesSaved } = await cache.stats()
  assert.deepEqual({ hits, misses, items, bytesSaved }, { hits: 1, misses: 1, items: 1, bytesSaved: 10 })
  assert.equal(await cache.clear(), 1)
  assert.equal(await cache.find('page_html_/'), null)
})

test('what nobody asks for ends after its time; what was kept for a time ends then however often it is asked for', async () => {
  const { cache, later } = openCache()
  await cache.keep('used', FACTS, Buffer.from('a'))
  await cache.keep('unused', FACTS, Buffer.from('b'))
  await cache.keep('brief', FACTS, Buffer.from('c'), { ttlSeconds: 80 })
  for (let seconds = 0; seconds < 120; seconds += 30) {
    later(30)
    assert.equal(await textOf(cache, 'used'), 'a')
    assert.equal(await textOf(cache, 'brief'), seconds < 60 - 10 ? 'c' : null)
  }
  assert.equal(await cache.find('unused'), null)
  assert.equal((await cache.stats()).items, 1)
})

test('bytes stay under the cap whatever is kept; what was used longest ago goes first, and what is too large is not kept', async () => {
  const { cache } = openCache()
  await cache.keep('first', FACTS, Buffer.alloc(2_000))
  for (let turn = 0; turn < 30; turn += 1) {
    assert.equal(await cache.keep(`key-${turn}`, FACTS, Buffer.alloc(turn * 80)), true)
    assert.ok(await cache.find('first'), 'what is used stays')
    const { bytes, maxBytes } = await cache.stats()
    assert.ok((bytes ?? 0) <= (maxBytes ?? 0))
  }
  assert.equal(await cache.find('key-0'), null)
  assert.ok(((await cache.stats()).evictions ?? 0) > 0)
  assert.equal(await cache.keep('large', FACTS, Buffer.alloc(5_001)), false)
  assert.equal(await cache.keep('no key', FACTS, Buffer.alloc(1)), false)
  const broken = async function* () {
    yield Buffer.from('half')
    throw new Error('the origin hung up')
  }
  assert.equal(await cache.keep('first', FACTS, broken()), false)
  assert.equal((await cache.find('first'))?.size, 2_000, 'what failed replaces nothing')
})

test('what one process forgets, the others forget too; after a gap they forget everything', async () => {
  const ears = new Set<Parameters<Gossip['subscribe']>>()
  const gossip: Gossip = {
    async send(message) {
      for (const [hear] of ears) hear(message)
    },
    subscribe: (...ear) => {
      ears.add(ear)
      return () => ears.delete(ear)
    },
  }
  const [one, other, avatars] = [
    openCache({ gossip }),
    openCache({ gossip }),
    openCache({ gossip, name: 'avatars' }),
  ]
  for (const { cache } of [one, other, avatars]) {
    for (const key of ['a', 'b', 'c']) await cache.keep(key, FACTS, Buffer.from(key))
  }
  await one.cache.forget(['a'])
  assert.deepEqual(await Promise.all(['a', 'b'].map((key) => textOf(other.cache, key))), [null, 'b'])
  assert.equal(await textOf(avatars.cache, 'a'), 'a', 'another cache is another matter')
  await one.cache.forget(Array.from({ length: 100 }, (_, index) => `${index}`.repeat(50)))
  assert.equal((await other.cache.stats()).items, 0, 'too much to say is all')
  await other.cache.clear()
  assert.equal((await one.cache.stats()).items, 0)
  for (const [, missSome] of ears) missSome()
  assert.equal((await avatars.cache.stats()).items, 0)
  await other.cache[Symbol.asyncDispose]()
  assert.equal(ears.size, 2)
})
