/** The cache in a folder: what it keeps, what goes, and what becomes of it when index, content or the whole folder is lost. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { FACTS, diskUsage, filesBelow, openFileCacheWorld, textOf } from '../../support/file-caches.ts'

const contentFiles = (folder: string): string[] => filesBelow(join(folder, 'content-v2'))
/** At most two folders of the first letters for each of the few items that fit. */
const FOLDERS_BYTES = 2 * 40 * 4_096 + 5 * 4_096

/** Content of its own for each number. */
const filled = (number: number, bytes: number): Buffer => Buffer.alloc(bytes, `${number},`)

async function* inPieces(...pieces: string[]) {
  for (const piece of pieces) yield Buffer.from(piece)
}

async function read(stream: AsyncIterable<Buffer> | null | undefined): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream ?? []) chunks.push(chunk)
  return String(Buffer.concat(chunks))
}

test('what is kept is found whole or in parts, with its facts, by every process; nothing is made before', async () => {
  const world = openFileCacheWorld()
  const [one, other] = [world.open(), world.open()]
  assert.equal(await one.find('proxy_a'), null)
  await one.forget(['proxy_a'])
  assert.equal(existsSync(world.folder), false)
  assert.equal(await one.keep('proxy_a', FACTS, inPieces('hello, ', 'you')), true)
  const item = await other.find('proxy_a')
  assert.deepEqual([item?.facts, item?.size], [FACTS, 10])
  assert.equal(String(await item?.bytes()), 'hello, you')
  assert.equal(await read(await item?.open()), 'hello, you')
  assert.equal(await read(await item?.open({ start: 7, end: 99 })), 'you')
  assert.equal(await item?.open({ start: 10, end: 12 }), null)
  assert.equal(await one.keep('empty', FACTS, new Uint8Array(0)), true)
  assert.equal(await read(await (await other.find('empty'))?.open()), '')
  assert.equal(await one.keep('proxy_a', { ...FACTS, etag: '"2"' }, Buffer.from('new')), true)
  assert.deepEqual(
    [(await other.find('proxy_a'))?.facts.etag, await textOf(other, 'proxy_a')],
    ['"2"', 'new'],
  )
  await other.forget(['proxy_a', 'never'])
  assert.equal(await textOf(one, 'proxy_a'), null)
  assert.equal((await one.stats()).items, 1)
})

test('what nobody asks for ends after its time, on disk too; what was kept for a time ends then', async () => {
  const world = openFileCacheWorld()
  const cache = world.open({ ttlSeconds: 100 })
  await cache.keep('used', FACTS, Buffer.from('a'))
  await cache.keep('unused', FACTS, Buffer.from('b'))
  await cache.keep('brief', FACTS, Buffer.from('c'), { ttlSeconds: 50 })
  world.later(60)
  assert.deepEqual([await textOf(cache, 'used'), await textOf(cache, 'brief')], ['a', null])
  world.later(60)
  assert.equal(await textOf(cache, 'used'), 'a')
  await cache.tidy()
  assert.equal((await cache.stats()).items, 1)
  assert.equal(contentFiles(world.folder).length, 1)
})

test('a reader that has begun reads to the end, whatever is taken away meanwhile', async () => {
  const world = openFileCacheWorld()
  const [cache, other] = [world.open(), world.open()]
  await cache.keep('a', FACTS, filled(1, 500_000))
  const stream = await (await cache.find('a'))?.open()
  await other.clear()
  assert.equal((await read(stream)).length, 500_000)
  assert.equal(await textOf(cache, 'a'), null)
  assert.deepEqual(
    filesBelow(world.folder).filter((path) => !path.endsWith('CACHEDIR.TAG')),
    [],
  )
})

test('the same content is held and counted once, and stays until the last item of it has gone', async () => {
  const world = openFileCacheWorld()
  const cache = world.open()
  await cache.keep('a', FACTS, filled(1, 100_000))
  const { bytes: ofOne } = await cache.stats()
  await cache.keep('b', FACTS, filled(1, 100_000))
  const { bytes: ofTwo } = await cache.stats()
  assert.ok((ofTwo ?? 0) - (ofOne ?? 0) < 10_000)
  assert.equal(contentFiles(world.folder).length, 1)
  await cache.forget(['a'])
  assert.equal((await textOf(cache, 'b'))?.length, 100_000)
  await cache.forget(['b'])
  assert.deepEqual([contentFiles(world.folder), (await cache.stats()).bytes], [[], 0])
})

test('the cap holds after any mix of operations, on disk as in the figures; what was used longest ago goes first', async () => {
  const world = openFileCacheWorld()
  const caches = [world.open({ maxBytes: 400_000 }), world.open({ maxBytes: 400_000 })]
  let seed = 7
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below
  const [first, second] = caches as [(typeof caches)[0], (typeof caches)[0]]
  await first.keep('always_used', FACTS, filled(0, 1_000))
  for (let turn = 0; turn < 80; turn += 1) {
    const cache = random(2) === 0 ? first : second
    const key = `key-${random(40)}`
    world.later(1)
    const act = random(10)
    if (act < 7) await cache.keep(key, FACTS, filled(random(60), random(60_000)))
    else if (act < 9) await textOf(cache, key)
    else await cache.forget([key])
    assert.ok(await textOf(first, 'always_used'), `turn ${turn}`)
    const { bytes } = await cache.stats()
    assert.ok((bytes ?? 0) <= 400_000, `turn ${turn}: ${bytes}`)
  }
  const used = ['content-v2', 'index-v5'].reduce((sum, name) => sum + diskUsage(join(world.folder, name)), 0)
  assert.ok(used <= 400_000 + FOLDERS_BYTES, `${used} bytes of disk`)
  const counted = await first.stats()
  await first.tidy()
  world.later(90_000)
  await first.tidy()
  assert.deepEqual([(await first.stats()).bytes, (await first.stats()).items], [counted.bytes, counted.items])
  assert.ok((counted.evictions ?? 0) > 20)
  assert.equal(contentFiles(world.folder).length <= (counted.items ?? 0), true)
})

test('one host fills a quarter and no more: what it had longest goes, of others nothing', async () => {
  const world = openFileCacheWorld()
  const cache = world.open()
  const keep = async (source: string, number: number) => {
    world.later(1)
    await cache.keep(`${source}_${number}`, { ...FACTS, source }, filled(number, 40_000))
  }
  for (let number = 1; number <= 3; number += 1) await keep('small.example', number)
  for (let number = 1; number <= 12; number += 1) await keep('large.example', 100 + number)
  const left = async (source: string, first: number, last: number) => {
    const found: number[] = []
    for (let number = first; number <= last; number += 1)
      if ((await cache.find(`${source}_${number}`)) !== null) found.push(number)
    return found
  }
  assert.deepEqual(await left('small.example', 1, 3), [1, 2, 3])
  assert.deepEqual(await left('large.example', 101, 112), [108, 109, 110, 111, 112])
  assert.equal((await cache.find('large.example_112'))?.facts.source, 'large.example')
  assert.equal((await cache.stats()).evictions, 7)
})

test('what is too large is not kept, what fails on the way replaces nothing, and nothing of either is left', async () => {
  const world = openFileCacheWorld()
  const cache = world.open({ maxItemBytes: 1_000 })
  await cache.keep('a', FACTS, Buffer.from('old'))
  assert.equal(await cache.keep('a', FACTS, filled(1, 1_001)), false)
  assert.equal(await cache.keep('a', FACTS, inPieces('x'.repeat(600), 'y'.repeat(600))), false)
  const broken = async function* () {
    yield Buffer.from('half')
    throw new Error('the origin hung up')
  }
  assert.equal(await cache.keep('a', FACTS, broken()), false)
  assert.equal(await cache.keep('no key', FACTS, Buffer.from('x')), false)
  assert.equal(await textOf(cache, 'a'), 'old')
  assert.deepEqual(readdirSync(join(world.folder, 'tmp')), [])
  assert.deepEqual(world.notices, [], 'nothing of it is a failure of the cache')
})

test('content that is not what its name says is a miss, and good again when it is kept again', async () => {
  const world = openFileCacheWorld()
  const cache = world.open()
  for (const spoil of [
    (path: string) => writeFileSync(path, 'hellO'),
    (path: string) => truncateSync(path, 2),
    rmSync,
  ]) {
    await cache.keep('a', FACTS, Buffer.from('hello'))
    await cache.keep('twin', FACTS, Buffer.from('hello'))
    const [path = ''] = contentFiles(world.folder)
    spoil(path)
    utimesSync(existsSync(path) ? path : world.folder, 1, 1)
    const item = await cache.find('a')
    assert.equal(await item?.open(), null)
    assert.equal(await textOf(cache, 'twin'), null)
    await cache.keep('a', FACTS, Buffer.from('hello'))
    assert.equal(await textOf(cache, 'a'), 'hello')
  }
})

test('an index that is lost or broken is made anew from what lies in the folder', async () => {
  const world = openFileCacheWorld()
  const [cache, other] = [world.open(), world.open()]
  await cache.keep('a', FACTS, Buffer.from('a before it was replaced'))
  await cache.keep('a', FACTS, Buffer.from('aa'))
  await cache.keep('b', FACTS, Buffer.from('bb'), { ttlSeconds: 60 })
  await cache.keep('forgotten', FACTS, Buffer.from('cc'))
  assert.equal(await textOf(other, 'a'), 'aa')
  const remove = (...suffixes: string[]): void => {
    for (const suffix of suffixes) rmSync(`${world.indexPath}${suffix}`, { force: true })
  }
  const losses: ReadonlyArray<() => void> = [
    () => remove('', '-wal', '-shm'),
    () => {
      remove('-wal', '-shm')
      writeFileSync(world.indexPath, 'this is no index')
    },
    () => {
      remove('-wal', '-shm')
      truncateSync(world.indexPath, 5_000)
    },
    () => writeFileSync(world.indexPath, Buffer.alloc(40_000, 7)),
  ]
  for (const lose of losses) {
    lose()
    await cache.forget(['forgotten'])
    for (let round = 0; round < 3; round += 1) {
      world.later(2)
      await cache.find('a')
      await cache.tidy()
      await other.tidy()
    }
    assert.deepEqual(
      [await textOf(cache, 'a'), await textOf(other, 'b'), await textOf(other, 'forgotten')],
      ['aa', 'bb', null],
    )
    assert.deepEqual((await cache.find('a'))?.facts, FACTS)
  }
  world.later(60)
  assert.equal(await textOf(cache, 'b'), null, 'its time was not forgotten')
})

test('a folder that vanishes is a miss and made anew, whether its index vanished with it or not', async () => {
  const world = openFileCacheWorld()
  const [cache, other] = [world.open(), world.open()]
  for (const folder of [world.folder, join(world.folder, '..')]) {
    for (const key of ['a', 'b', 'c']) await cache.keep(key, FACTS, Buffer.from(key))
    assert.equal(await textOf(other, 'a'), 'a')
    rmSync(folder, { recursive: true })
    assert.deepEqual([await textOf(cache, 'a'), await textOf(other, 'b')], [null, null])
    world.later(2)
    assert.equal((await other.stats()).items, 0)
    assert.equal(await other.keep('a', FACTS, Buffer.from('again')), true)
    assert.equal(await textOf(cache, 'a'), 'again')
  }
  assert.deepEqual(world.notices, [])
})

test('what killed processes left goes, and so does what index and folder do not know of each other', async () => {
  const world = openFileCacheWorld()
  const cache = world.open()
  await cache.keep('a', FACTS, Buffer.from('a'))
  await cache.keep('without_content', FACTS, Buffer.from('b'))
  const lost = contentFiles(world.folder).find((path) => readFileSync(path, 'utf8') === 'b')
  rmSync(lost ?? '')
  const orphan = join(world.folder, 'content-v2', 'sha512', 'aa', 'bb', 'c'.repeat(124))
  const entry = join(world.folder, 'index-v5', 'aa', 'bb', 'c'.repeat(60))
  const fresh = join(world.folder, 'tmp', randomUUID())
  const left = join(world.folder, 'tmp', randomUUID())
  const foreign = join(world.folder, 'tmp', 'of-another-program')
  for (const path of [orphan, entry, fresh, left, foreign]) {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, 'x')
  }
  for (const path of [orphan, left, foreign]) utimesSync(path, 1, 1)
  await cache.tidy()
  assert.deepEqual(
    [orphan, entry, left, fresh, foreign].map((path) => existsSync(path)),
    [true, true, false, true, true],
  )
  world.later(90_000)
  utimesSync(fresh, new Date(), new Date(Date.now() + 90_000_000))
  await cache.tidy()
  assert.deepEqual(
    [orphan, entry, fresh].map((path) => existsSync(path)),
    [false, false, true],
  )
  assert.deepEqual([(await cache.stats()).items, await textOf(cache, 'a')], [1, 'a'])
})

test('without room it keeps nothing and says so once, goes on serving, and keeps again when there is room', async () => {
  const world = openFileCacheWorld()
  await world.open().keep('a', FACTS, Buffer.from('a'))
  const cache = world.open({ leastFreeBytes: Number.MAX_SAFE_INTEGER })
  for (const key of ['b', 'c']) assert.equal(await cache.keep(key, FACTS, Buffer.from(key)), false)
  assert.equal(await textOf(cache, 'a'), 'a')
  assert.equal((await cache.stats()).isUp, false)
  assert.equal(world.notices.length, 1)
  assert.match(
    world.notices[0] ?? '',
    /^warn: the media cache \(file\) keeps nothing for now: less than \d+ MB of the disk are free/,
  )
  const [path = ''] = contentFiles(world.folder)
  assert.ok(existsSync(path))
})

test('what was counted is counted for all processes, and outlives them', async () => {
  const world = openFileCacheWorld()
  const [one, other] = [world.open(), world.open()]
  await one.keep('a', FACTS, Buffer.from('hello'))
  await textOf(one, 'a')
  await textOf(other, 'a')
  await textOf(other, 'b')
  await one[Symbol.asyncDispose]()
  const { hits, misses, bytesSaved, since } = await other.stats()
  assert.deepEqual([hits, misses, bytesSaved], [2, 1, 10])
  assert.ok(since)
})
