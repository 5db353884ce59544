/** What every media store promises, over the folder and over a real server of the S3 kind. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { loadConfig } from '../../../server/core/config.ts'
import { type MediaStore, contentKey, incomingKey } from '../../../server/storage/media-store.ts'
import { PART_BYTES } from '../../../server/storage/s3/upload-object.ts'
import { startS3Server } from '../../support/s3-server.ts'
import { type TestMedia, openConfiguredMedia } from '../../support/test-media.ts'

const s3 = await startS3Server()
const open = (backend: string): TestMedia =>
  openConfiguredMedia(loadConfig({ env: { HOMEBIRD_MEDIA_BACKEND: backend } }).config)

const stores = { folder: open('local://'), bucket: open(s3.backend()) }

async function keeps(store: MediaStore, bytes: Buffer, ending = 'png'): Promise<string> {
  const written = await store.write(Readable.from([bytes]))
  const key = contentKey(written.sha256, ending)
  await written.keep(key, 'image/png')
  return key
}

async function listed(store: MediaStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list()) keys.push(key)
  return keys.sort()
}

const reads = async (store: MediaStore, key: string, span?: { start: number; end: number }) => {
  const stream = await store.open(key, span)
  return stream === null ? null : buffer(stream)
}

const draftsOf = ({ folder }: TestMedia): string[] =>
  existsSync(join(folder, 'drafts')) ? readdirSync(join(folder, 'drafts')) : []

for (const [name, setting] of Object.entries(stores)) {
  const { media: store, folder } = setting

  test(`${name}: what was kept is found, read whole and in part, listed, and gone when removed`, async () => {
    await store.check()
    const bytes = randomBytes(200_000)
    const key = await keeps(store, bytes)
    const found = await store.find(key)
    assert.equal(found?.size, bytes.length)
    assert.ok(Math.abs(Date.now() - (found?.changedAt.getTime() ?? 0)) < 60_000)
    assert.deepEqual(await reads(store, key), bytes)
    assert.deepEqual(await reads(store, key, { start: 10, end: 19 }), bytes.subarray(10, 20))
    assert.deepEqual(await reads(store, key, { start: 199_999, end: 199_999 }), bytes.subarray(-1))
    assert.deepEqual(await listed(store), [key])
    await store.remove(key)
    await store.remove(key)
    assert.equal(await store.find(key), null)
    assert.equal(await store.open(key), null)
    assert.equal(await store.borrow(key), null)
    assert.deepEqual(await listed(store), [])
  })

  test(`${name}: the same content twice is one file`, async () => {
    const bytes = randomBytes(1_000)
    const [one, two] = [await keeps(store, bytes), await keeps(store, bytes)]
    assert.equal(one, two)
    assert.deepEqual(await reads(store, one), bytes)
    await store.remove(one)
    assert.deepEqual(draftsOf(setting), [])
  })

  test(`${name}: what is lent is a file of this machine, for as long as it is needed`, async () => {
    const bytes = randomBytes(5_000)
    const key = await keeps(store, bytes)
    const lent = await store.borrow(key)
    assert.ok(lent !== null)
    assert.deepEqual(readFileSync(lent.path), bytes)
    await lent[Symbol.asyncDispose]()
    assert.deepEqual(draftsOf(setting), [])
    assert.deepEqual(await reads(store, key), bytes)
    await store.remove(key)
  })

  test(`${name}: what comes in stays on this machine, and what breaks off or is thrown away leaves nothing`, async () => {
    const key = incomingKey()
    const written = await store.write(Readable.from([Buffer.from('raw')]))
    await written.keep(key)
    assert.ok(existsSync(join(folder, key)))
    assert.deepEqual(await listed(store), [])
    await store.remove(key)
    const breaking = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('half')
      throw new Error('the line was cut')
    }
    await assert.rejects(store.write(breaking()), /line was cut/)
    const discarded = await store.write(Readable.from([Buffer.from('x')]))
    await discarded.discard()
    assert.deepEqual(draftsOf(setting), [])
  })

  test(`${name}: a large file is the same at the other end`, async () => {
    const bytes = Buffer.concat([randomBytes(1_000_000), Buffer.alloc(2 * PART_BYTES, 3), randomBytes(77)])
    const key = await keeps(store, bytes, 'mp4')
    const stream = await store.open(key)
    const hash = createHash('sha256')
    for await (const chunk of stream ?? []) hash.update(chunk as Buffer)
    assert.equal(contentKey(hash.digest('hex'), 'mp4'), key)
    assert.deepEqual(
      await reads(store, key, { start: PART_BYTES - 2, end: PART_BYTES + 1 }),
      Buffer.alloc(4, 3),
    )
    await store.remove(key)
  })

  test(`${name}: names that are no keys lead nowhere`, async () => {
    for (const odd of ['../../etc/passwd', 'incoming/../x', '', 'aa/bb']) {
      await assert.rejects(async () => store.find(odd), /no key of a file/)
    }
  })
}

test('more objects than one list holds are all listed', async () => {
  const { media: store } = stores.bucket
  const before = new Set(await listed(store))
  const many = open(s3.backend({ prefix: 'many' })).media
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let count = 0; count < 51; count += 1) await keeps(many, randomBytes(20))
    }),
  )
  assert.equal((await listed(many)).length, 1_020)
  assert.deepEqual(new Set(await listed(store)), before)
})

test('what is wrong with a bucket is said in one sentence with its remedy', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [s3.backend({ secret: 'wrong' }), /secret does not belong to the access key/],
    [s3.backend({ key: 'nobody' }), /access key is not known/],
    [s3.backend({ bucket: 'nowhere' }), /bucket nowhere is not there.*make it/],
  ]
  for (const [backend, message] of cases) {
    const { media: store, folder } = open(backend)
    await assert.rejects(store.check(), { code: 'STORAGE_UNREACHABLE', message })
    await assert.rejects(keeps(store, randomBytes(10)), { code: 'STORAGE_UNREACHABLE', message })
    assert.deepEqual(readdirSync(join(folder, 'drafts')), [])
  }
})

test('a server that is away is said so, and is used again when it is back', async () => {
  const { media: store } = open(s3.backend())
  const key = await keeps(store, Buffer.from('stays'))
  await s3.kill()
  const fresh = open(s3.backend()).media
  await assert.rejects(fresh.find(key), { code: 'STORAGE_UNREACHABLE', message: /does not answer/ })
  await s3.start()
  assert.deepEqual(await reads(fresh, key), Buffer.from('stays'))
})

test('files of a folder from before are served, lent, listed and removed through the bucket', async () => {
  const { media: store, folder } = stores.bucket
  const before = openConfiguredMediaAt(folder)
  const key = await keeps(before, Buffer.from('from before'))
  assert.deepEqual(await reads(store, key), Buffer.from('from before'))
  assert.ok((await listed(store)).includes(key))
  await store.remove(key)
  assert.equal(await before.find(key), null)
})

function openConfiguredMediaAt(folder: string): MediaStore {
  return open(`local://${folder}`).media
}
