/** Files that machines pass to each other, over a real server of the S3 kind: each machine has a folder of its own and the same key. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { systemClock } from '../../../server/core/clock.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { createStorageExchange } from '../../../server/net/storage-exchange.ts'
import { ArchiveShelf } from '../../../server/storage/archives/archive-shelf.ts'
import { openExportFolder } from '../../../server/storage/export-folder.ts'
import { incomingKey } from '../../../server/storage/media-store.ts'
import { openMediaStore, openSharedFiles } from '../../../server/storage/open-media-store.ts'
import { PART_BYTES } from '../../../server/storage/s3/upload-object.ts'
import type { SharedFiles } from '../../../server/storage/shared-files.ts'
import type { ZipEntry } from '../../../server/storage/zip-file.ts'
import { zipOf } from '../../support/archives.ts'
import { startS3Server } from '../../support/s3-server.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const s3 = await startS3Server()
const KEY = randomBytes(32)
const HOUR_MS = 3_600_000
const never = AbortSignal.any([])

const configOf = (url: string) =>
  loadConfig({ env: { HOMEBIRD_MEDIA_BACKEND: s3.backend(), HOMEBIRD_DATABASE_URL: url } }).config

function sharedWith(key: Buffer): SharedFiles {
  const shared = openSharedFiles({
    config: configOf('postgresql://ana@db.example/homebird'),
    clock: systemClock,
    loadKey: async () => key,
    openTransport: createStorageExchange,
  })
  assert.ok(shared !== null)
  closeBeforeCluster(async () => shared.close())
  return shared
}

/** One of the machines. */
function machine(key = KEY) {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-shared-'))
  closeBeforeCluster(async () => rm(folder, { recursive: true, force: true }))
  const shared = sharedWith(key)
  const config = configOf('postgresql://ana@db.example/homebird')
  const media = openMediaStore({
    config,
    backend: config.mediaBackend,
    folder: join(folder, 'media'),
    clock: systemClock,
    openTransport: createStorageExchange,
    shared,
  })
  closeBeforeCluster(async () => media.close())
  return {
    folder,
    shared,
    media,
    exports: openExportFolder(join(folder, 'exports'), { shared, leastFreeBytes: 0 }),
    shelf: new ArchiveShelf(join(folder, 'archives'), shared),
  }
}

const [server, worker] = [machine(), machine()]

async function takes(bytes: Buffer, { media } = server): Promise<string> {
  const key = incomingKey()
  await (await media.write(Readable.from([bytes]))).keep(key)
  return key
}

const here = ({ folder }: { readonly folder: string }): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)

/** Where the server keeps the bytes of an object. */
function placeOf(name: string): string {
  const names = readdirSync(s3.folder, { recursive: true, encoding: 'utf8' })
  const found = names.find((path) => path.includes(`/ana/${name}`) && path.endsWith('_object'))
  assert.ok(found !== undefined, `${name} is not in the bucket`)
  return join(s3.folder, found)
}

test('there are none where a machine is alone, or files lie in a folder', () => {
  const open = (env: Record<string, string>) =>
    openSharedFiles({
      config: loadConfig({ env }).config,
      clock: systemClock,
      loadKey: async () => KEY,
      openTransport: createStorageExchange,
    })
  assert.equal(open({ HOMEBIRD_MEDIA_BACKEND: s3.backend() }), null)
  assert.equal(open({ HOMEBIRD_DATABASE_URL: 'postgresql://ana@db.example/homebird' }), null)
})

for (const [what, size] of [
  ['small', 5_000],
  ['large', 2 * PART_BYTES + 1_000_077],
] as const) {
  test(`a ${what} file that one machine took is lent to another, and nobody else reads it in the bucket`, async () => {
    const bytes = Buffer.concat([Buffer.from('where I live'), randomBytes(size)])
    const key = await takes(bytes)
    assert.deepEqual(here(server), [], 'it does not stay on the machine that took it')
    assert.equal((await worker.media.find(key))?.size, bytes.length)
    const lent = await worker.media.borrow(key)
    assert.ok(lent !== null && readFileSync(lent.path).equals(bytes))
    await lent[Symbol.asyncDispose]()
    assert.deepEqual(here(worker), [])
    const part = await worker.media.open(key, { start: 0, end: 4 })
    assert.equal(String(part === null ? '' : await buffer(part)), 'where')
    assert.ok(!readFileSync(placeOf(key)).includes('where I live'))
    await worker.media.remove(key)
    assert.equal(await server.media.find(key), null)
    assert.equal(await server.media.open(key), null)
    assert.equal(await server.media.borrow(key), null)
  })
}

test('what was changed in the bucket, exchanged, or put by another home is not taken for what was put', async () => {
  const [key, other] = [await takes(Buffer.from('one file')), await takes(Buffer.from('another one'))]
  const unsound = async ({ media } = worker): Promise<void> =>
    assert.rejects(
      async () => buffer((await media.open(key)) ?? Readable.from([])),
      (error) => isHomebirdError(error, 'STORAGE_UNREACHABLE') && /not what was put/.test(error.message),
    )
  await unsound(machine(randomBytes(32)))
  const sealed = readFileSync(placeOf(key))
  writeFileSync(placeOf(key), readFileSync(placeOf(other)))
  await unsound()
  writeFileSync(placeOf(key), sealed.subarray(0, -1))
  await unsound()
  writeFileSync(placeOf(key), '')
  await unsound()
  for (const one of [key, other]) await worker.media.remove(one)
})

test('what came in and is nobody’s goes after some hours, what an upload waits for stays', async () => {
  const [left, waiting] = [await takes(Buffer.from('left')), await takes(Buffer.from('waiting'))]
  const isKept = async (key: string): Promise<boolean> => key === waiting
  assert.equal(await worker.media.removeLeftovers(new Date(Date.now() - HOUR_MS), isKept), 0)
  assert.equal(await worker.media.removeLeftovers(new Date(Date.now() + HOUR_MS), isKept), 1)
  assert.equal(await server.media.find(left), null)
  assert.equal((await server.media.find(waiting))?.size, 7)
  await server.media.remove(waiting)
})

async function* entries(text: string): AsyncGenerator<ZipEntry> {
  yield { path: 'a.txt', bytes: Readable.from([Buffer.from(text)]) }
}

test('an export that one machine has made is opened and taken away by another', async () => {
  const size = await worker.exports.write('71', entries('mine'), { expectedBytes: 0, signal: never })
  assert.deepEqual(here(worker), [])
  assert.deepEqual(await server.exports.list(), ['71'])
  const found = await server.exports.open('71')
  assert.ok(found !== null)
  assert.deepEqual([found.size, (await buffer(found.bytes)).length], [size, size])
  await server.exports.remove('71')
  assert.equal(await worker.exports.open('71'), null)
  assert.deepEqual(await worker.exports.list(), [])
})

test('an export that is ended while it is brought away leaves nothing', async () => {
  const ending = new AbortController()
  async function* endless(): AsyncGenerator<ZipEntry> {
    yield* entries('mine')
    ending.abort(new Error('ended'))
  }
  const made = worker.exports.write('72', endless(), { expectedBytes: 0, signal: ending.signal })
  await assert.rejects(made, /ended|abort/i)
  assert.deepEqual(here(worker), [])
  assert.deepEqual(await server.exports.list(), [])
})

async function shelves(id: string): Promise<void> {
  const bytes = await zipOf([{ name: 'outbox.json', bytes: '{}' }])
  const taken = await server.shelf.take(Readable.from([bytes]), bytes.length)
  await server.shelf.shelve(taken, id)
  await server.shelf.discard(taken)
}

test('an archive that one machine took is opened by another, which copies it once', async () => {
  await shelves('81')
  assert.deepEqual(here(server), [])
  assert.equal(await worker.shelf.has('81'), true)
  for (const isFirst of [true, false]) {
    const archive = await worker.shelf.open('81', never)
    assert.deepEqual([...archive.files.keys()], ['outbox.json'])
    await archive[Symbol.asyncDispose]()
    // The second time it is here.
    if (isFirst) await server.shared.remove('archives/81')
  }
  assert.deepEqual(here(worker), ['81.archive'])
  await worker.shelf.remove('81')
  assert.deepEqual(here(worker), [])
  await assert.rejects(worker.shelf.open('81', never), (error) => isHomebirdError(error, 'NOT_FOUND'))
})

test('archives of imports that are over go from every machine and from the bucket, others stay', async () => {
  for (const id of ['91', '92']) {
    await shelves(id)
    await (await worker.shelf.open(id, never))[Symbol.asyncDispose]()
  }
  const isNeeded = async (id: string): Promise<boolean> => id === '91'
  const inHours = (hours: number): Date => new Date(Date.now() + hours * HOUR_MS)
  assert.equal(await worker.shelf.sweep(isNeeded, new Date()), 0, 'one may not be noted yet')
  assert.equal(await worker.shelf.sweep(isNeeded, inHours(2)), 1, 'the copy; it may have been sent for a day')
  assert.equal(await worker.shelf.sweep(isNeeded, inHours(25)), 1)
  assert.deepEqual(here(worker), ['91.archive'])
  assert.deepEqual([await server.shelf.has('91'), await server.shelf.has('92')], [true, false])
  await worker.shelf.remove('91')
})

test('one that came in and got no number stays for as long as its owner may think about it', async () => {
  const { path } = await server.shelf.take(Readable.from([Buffer.from('x')]), 1)
  const sweep = async (): Promise<number> => server.shelf.sweep(async () => false, new Date())
  await utimes(path, new Date(), new Date(Date.now() - 47 * HOUR_MS))
  assert.equal(await sweep(), 0)
  await utimes(path, new Date(), new Date(Date.now() - 49 * HOUR_MS))
  assert.equal(await sweep(), 1)
  assert.equal(existsSync(path), false)
})
