/** Caches on real servers of Redis and memcached: what they keep, and what becomes of readers when a server falls. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import type { Cache, ItemFacts } from '../../../server/storage/caches/cache.ts'
import {
  type StoreServer,
  openConfiguredCaches,
  startMemcached,
  startRedis,
  startTlsRedis,
  withMemcached,
  withRedis,
} from '../../support/cache-servers.ts'
import { until } from '../../support/until.ts'

const FACTS: ItemFacts = { type: 'video/mp4', etag: '"e"', storedAt: 1_000, note: { width: 40 } }
const NOBODY = 60_000

const read = async (
  cache: Cache,
  key: string,
  span?: { start: number; end: number },
): Promise<Buffer | null> => {
  const stream = await (await cache.find(key))?.open(span)
  return stream === null || stream === undefined ? null : buffer(stream)
}

async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What every store promises for items of up to so many bytes. */
async function holdsWhatItPromises(cache: Cache, other: Cache, sizes: readonly number[]): Promise<void> {
  // Whoever asks first waits for its connection for a quarter of a second only.
  await until('it keeps', async () => cache.keep('first', FACTS, Buffer.from('x')), NOBODY)
  await until('the other reads', async () => (await other.find('first')) !== null, NOBODY)
  await cache.forget(['first'])
  for (const size of sizes) {
    const bytes = randomBytes(size)
    assert.equal(await cache.keep(`item_${size}`, FACTS, inPieces(bytes, 100_001)), true, `${size} bytes`)
    const item = await other.find(`item_${size}`)
    assert.deepEqual([item?.facts, item?.size], [FACTS, size])
    assert.deepEqual(await item?.bytes(), bytes)
    assert.deepEqual(await read(other, `item_${size}`), bytes)
    for (const [start, end] of [
      [0, 0],
      [size - 10, size + 10],
      [Math.floor(size / 3), Math.floor(size / 2)],
    ] as const) {
      if (start < 0 || start >= size) continue
      assert.deepEqual(await read(other, `item_${size}`, { start, end }), bytes.subarray(start, end + 1))
    }
    assert.equal(await item?.open({ start: size, end: size }), null)
  }
  assert.equal(await cache.keep('item_replaced', FACTS, Buffer.from('old')), true)
  assert.equal(await cache.keep('item_replaced', { ...FACTS, etag: '"2"' }, Buffer.from('new')), true)
  assert.deepEqual(
    [(await other.find('item_replaced'))?.facts.etag, String(await read(other, 'item_replaced'))],
    ['"2"', 'new'],
  )
  await other.forget(['item_replaced', 'never'])
  assert.equal(await cache.find('item_replaced'), null)
  assert.equal(await cache.keep('brief', FACTS, Buffer.from('x'), { ttlSeconds: 1 }), true)
  await until('what was kept for a second ends', async () => (await cache.find('brief')) === null)
  const broken = async function* () {
    yield Buffer.alloc(600_000)
    throw new Error('the origin hung up')
  }
  assert.equal(await cache.keep('broken', FACTS, broken()), false)
  assert.equal(await cache.find('broken'), null)
}

/** Reads and keeps without pause; whatever fails is told. */
function traffic(cache: Cache): { stop(): Promise<{ readonly reads: number; readonly slowestMs: number }> } {
  const stopped = new AbortController()
  const one = async (name: string) => {
    let [reads, slowestMs] = [0, 0]
    for (let turn = 0; !stopped.signal.aborted; turn += 1) {
      const key = `${name}_${turn % 20}`
      const startedMs = performance.now()
      const item = await cache.find(key)
      const bytes = await item?.bytes()
      slowestMs = Math.max(slowestMs, performance.now() - startedMs)
      if (bytes !== null && bytes !== undefined) assert.equal(bytes.length, 50_000)
      else await cache.keep(key, FACTS, Buffer.alloc(50_000))
      reads += 1
      await new Promise(setImmediate)
    }
    return { reads, slowestMs }
  }
  const running = Promise.all(['a', 'b', 'c', 'd'].map(one))
  return {
    async stop() {
      stopped.abort()
      const all = await running
      return {
        reads: all.reduce((sum, { reads }) => sum + reads, 0),
        slowestMs: Math.max(...all.map(({ slowestMs }) => slowestMs)),
      }
    },
  }
}

async function outlives(server: StoreServer, cache: Cache, notices: readonly string[]): Promise<void> {
  await cache.keep('steady', FACTS, Buffer.from('steady'))
  for (const fall of ['killed', 'halted'] as const) {
    const before = notices.length
    const running = traffic(cache)
    await until('traffic has begun', async () => (await cache.find('a_3')) !== null, NOBODY)
    if (fall === 'killed') await server.kill()
    else server.halt()
    await until('it is a miss', async () => (await cache.find('steady')) === null, NOBODY)
    assert.equal((await cache.stats()).isUp, false)
    await cache.forget(['steady'])
    assert.equal(await cache.keep('steady', FACTS, Buffer.from('x')), false)
    if (fall === 'killed') await server.start()
    else server.goOn()
    await until('it keeps again', async () => cache.keep('after', FACTS, Buffer.from('y')), NOBODY)
    assert.equal(await cache.find('steady'), null, 'what could not be forgotten is not served after')
    await until(
      'it is read again',
      async () =>
        String(await read(cache, 'after')) === 'y' ||
        (await cache.keep('after', FACTS, Buffer.from('y')), false),
      NOBODY,
    )
    await until('it is up', async () => (await cache.stats()).isUp, NOBODY)
    const { reads } = await running.stop()
    assert.ok(reads > 50)
    const told = notices.slice(before)
    assert.match(told[0] ?? '', /^warn: .* keeps nothing for now: 127\.0\.0\.1:\d+ does not answer/)
    assert.ok(told.length <= 6, `${told.length} lines`)
    await until(
      'it holds the item again',
      async () => cache.keep('steady', FACTS, Buffer.from('steady')),
      NOBODY,
    )
  }
}

test(
  'redis: items of any size are whole in every process, in parts too, and end in time',
  withRedis,
  async () => {
    const server = await startRedis({ password: 'hu/sh' })
    const url = `redis://:hu%2Fsh@127.0.0.1:${server.port}/3?key_prefix=home1:`
    const [one, other] = [
      openConfiguredCaches({ HOMEBIRD_CACHES_MEDIA: url }),
      openConfiguredCaches({ HOMEBIRD_CACHES_MEDIA: url }),
    ]
    await holdsWhatItPromises(
      one.caches.media,
      other.caches.media,
      [0, 1, 262_144, 262_145, 3_000_000, 12_345_678],
    )
    const { bytes, items } = await one.caches.media.stats()
    assert.equal(items, 6)
    assert.ok(
      (bytes ?? 0) > 15_800_000 && (bytes ?? 0) < 16_000_000,
      `${bytes} bytes: nothing is left of what failed`,
    )
    assert.equal(await one.caches.media.clear(), 6)
    assert.equal(await other.caches.media.find('item_1'), null)
    assert.deepEqual([...one.notices, ...other.notices], [])
  },
)

test(
  'redis: a wrong password, a full store and no store are misses, said once, and never with the password',
  withRedis,
  async () => {
    const server = await startRedis({ password: 'hush', memory: '2mb' })
    const wrong = openConfiguredCaches({
      HOMEBIRD_CACHES_MEDIA: `redis://:wrong-hush@127.0.0.1:${server.port}`,
    })
    for (let turn = 0; turn < 3; turn += 1)
      assert.equal(await wrong.caches.media.keep('a', FACTS, Buffer.from('a')), false)
    assert.equal(wrong.notices.length, 1)
    assert.doesNotMatch(wrong.notices.join(), /hush/)
    const full = openConfiguredCaches({ HOMEBIRD_CACHES_MEDIA: `redis://:hush@127.0.0.1:${server.port}` })
    assert.equal(
      await full.caches.media.keep('large', FACTS, inPieces(randomBytes(8_000_000), 60_000)),
      false,
    )
    assert.equal(
      await full.caches.media.keep('large', FACTS, inPieces(randomBytes(8_000_000), 60_000)),
      false,
    )
    assert.equal(full.notices.length, 1)
    assert.match(full.notices[0] ?? '', /refused something: OOM/)
    assert.equal(await full.caches.media.keep('small', FACTS, Buffer.from('a')), true)
  },
)

test(
  'rediss: the certificate is checked against the authority that is named, or those of the machine',
  withRedis,
  async () => {
    const server = await startTlsRedis()
    const trusting = openConfiguredCaches({
      HOMEBIRD_CACHES_MEDIA: `rediss://localhost:${server.port}?ca=${encodeURIComponent(server.caFile)}`,
    })
    await holdsWhatItPromises(trusting.caches.media, trusting.caches.media, [10, 600_000])
    const strange = openConfiguredCaches({ HOMEBIRD_CACHES_MEDIA: `rediss://localhost:${server.port}` })
    assert.equal(await strange.caches.media.keep('a', FACTS, Buffer.from('a')), false)
    assert.match(strange.notices.join(), /does not answer \((?:UNABLE_TO_|SELF_SIGNED)/)
    const plain = openConfiguredCaches({ HOMEBIRD_CACHES_MEDIA: `redis://localhost:${server.port}` })
    assert.equal(await plain.caches.media.keep('a', FACTS, Buffer.from('a')), false)
  },
)

test(
  'redis: when it is killed or halts in the midst of traffic readers see misses, and it comes back',
  withRedis,
  async () => {
    const server = await startRedis()
    const { caches, notices } = openConfiguredCaches({
      HOMEBIRD_CACHES_MEDIA: `redis://127.0.0.1:${server.port}`,
    })
    await outlives(server, caches.media, notices)
  },
)

test('one redis holds all three caches, and emptying one leaves the others', withRedis, async () => {
  const server = await startRedis()
  const url = `redis://127.0.0.1:${server.port}`
  const { caches } = openConfiguredCaches({
    HOMEBIRD_CACHES_DEFAULT: url,
    HOMEBIRD_CACHES_MEDIA: url,
    HOMEBIRD_CACHES_AVATARS: url,
  })
  for (const name of ['default', 'media', 'avatars'] as const) {
    await caches[name].keep('same', FACTS, Buffer.from(name))
    await caches[name].keep('large', FACTS, inPieces(Buffer.alloc(700_000, name), 100_000))
  }
  for (const name of ['default', 'media', 'avatars'] as const)
    assert.equal(String(await read(caches[name], 'same')), name)
  assert.equal(await caches.media.clear(), 2)
  assert.equal(await caches.media.find('same'), null)
  assert.equal(String(await read(caches.avatars, 'same')), 'avatars')
  assert.equal((await read(caches.default, 'large'))?.length, 700_000)
})

test(
  'memcached: two servers share the keys; what is kept is whole in every process and ends in time',
  withMemcached,
  async () => {
    const servers = [await startMemcached(), await startMemcached()]
    const hosts = servers.map(({ port }) => `127.0.0.1:${port}`).join(',')
    const open = (parameters = '') =>
      openConfiguredCaches({ HOMEBIRD_CACHES_DEFAULT: `memcached://${hosts}?key_prefix=home1.${parameters}` })
    const [one, other] = [open().caches.default, open('&ttl=90d').caches.default]
    await holdsWhatItPromises(one, other, [0, 1, 100, 1_000_000])
    assert.equal(await one.keep('too_large', FACTS, Buffer.alloc(1_048_576)), false)
    const long = `page_${'x'.repeat(380)}`
    for (const key of [long, `${long}y`, ...Array.from({ length: 40 }, (_, index) => `key_${index}`)]) {
      assert.equal(await other.keep(key, FACTS, Buffer.from(key)), true)
      assert.equal(String(await read(one, key)), key, 'also with a time of more than thirty days')
    }
    await one.clear()
    assert.equal(await other.find(long), null)
    assert.equal(await other.find('key_7'), null)
    assert.equal(await one.keep('key_7', FACTS, Buffer.from('again')), true)
    assert.equal(String(await read(other, 'key_7')), 'again')
  },
)

test('memcached: neither a name nor a time nor a content is ever a command', withMemcached, async () => {
  const server = await startMemcached()
  const { caches, notices } = openConfiguredCaches({
    HOMEBIRD_CACHES_DEFAULT: `memcached://127.0.0.1:${server.port}`,
  })
  const cache = caches.default
  assert.equal(await cache.keep('kept', FACTS, Buffer.from('kept')), true)
  const command = Buffer.from('\r\nflush_all\r\nquit\r\n')
  for (const ttlSeconds of [0.25, 12.5])
    assert.equal(await cache.keep(`brief_${ttlSeconds}`, FACTS, command, { ttlSeconds }), true)
  assert.deepEqual(await read(cache, 'brief_12.5'), command)
  await cache.forget(['a\r\nflush_all\r\nquit', 'a b', 'ä', ''])
  assert.equal(String(await read(cache, 'kept')), 'kept')
  assert.deepEqual(notices, [])
})

test(
  'memcached: when one of two is killed or halts readers see misses of its keys, the others are served, and it comes back',
  withMemcached,
  async () => {
    const servers = [await startMemcached(), await startMemcached()] as const
    const hosts = servers.map(({ port }) => `127.0.0.1:${port}`).join(',')
    const { caches, notices } = openConfiguredCaches({ HOMEBIRD_CACHES_DEFAULT: `memcached://${hosts}` })
    const cache = caches.default
    const keys = Array.from({ length: 40 }, (_, index) => `key_${index}`)
    for (const key of keys) await cache.keep(key, FACTS, Buffer.from(key))
    await servers[0].kill()
    const held = await Promise.all(keys.map(async (key) => String(await read(cache, key)) === key))
    const heldCount = held.filter(Boolean).length
    assert.ok(heldCount > 5 && heldCount < 35, `${heldCount} of 40 are held`)
    await servers[0].start()
    await until(
      'every key is kept again',
      async () =>
        (await Promise.all(keys.map(async (key) => cache.keep(key, FACTS, Buffer.from(key))))).every(Boolean),
      NOBODY,
    )
    await servers[1].kill()
    await until('it is noticed', async () => !(await cache.stats()).isUp, NOBODY)
    await servers[1].start()
    await until('all are up', async () => (await cache.stats()).isUp, NOBODY)
    const alone = openConfiguredCaches({
      HOMEBIRD_CACHES_DEFAULT: `memcached://127.0.0.1:${servers[0].port}?key_prefix=alone`,
    })
    await outlives(servers[0], alone.caches.default, alone.notices)
    assert.ok(notices.length >= 2)
  },
)
