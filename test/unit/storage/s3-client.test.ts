import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text as allOf } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import type { S3Backend } from '../../../server/core/media-backend.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { copyFiles } from '../../../server/domain/uploads/copy-files.ts'
import { openLocalMediaStore } from '../../../server/storage/local-media-store.ts'
import { contentKey } from '../../../server/storage/media-store.ts'
import { S3Client, type StorageTransport } from '../../../server/storage/s3/s3-client.ts'
import { openS3MediaStore } from '../../../server/storage/s3/s3-media-store.ts'
import { EMPTY_HASH, signStorageRequest } from '../../../server/storage/s3/sign-storage-request.ts'
import { PART_BYTES, uploadObject } from '../../../server/storage/s3/upload-object.ts'

const credentials = { key: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const backend: S3Backend = {
  kind: 's3',
  endpoint: 'https://store.example',
  bucket: 'media',
  prefix: 'ana/',
  region: 'us-east-1',
  style: 'path',
  credentials,
}

test('requests are signed as in the examples that Amazon has published', () => {
  const signed = (path: string, headers: Record<string, string> = {}): string =>
    signStorageRequest({
      method: 'GET',
      url: new URL(`https://examplebucket.s3.amazonaws.com${path}`),
      headers,
      bodyHash: EMPTY_HASH,
      region: 'us-east-1',
      credentials,
      now: new Date('2013-05-24T00:00:00Z'),
    })['authorization'] ?? ''
  assert.match(
    signed('/test.txt', { range: 'bytes=0-9' }),
    /SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/,
  )
  assert.match(
    signed('/?max-keys=2&prefix=J'),
    /Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
  )
})

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: number
}

type Reply = readonly [status: number, body?: string, headers?: Record<string, string>]

/** Another server, which answers by the number of the request. */
function provider(answer: (sent: Sent, index: number) => Reply | Error) {
  const sent: Sent[] = []
  const transport: StorageTransport = {
    async send({ method, url, headers, body }) {
      const request = { method, path: url.pathname + url.search, headers, bytes: body?.byteLength ?? 0 }
      const reply = answer(request, sent.push(request) - 1)
      if (reply instanceof Error) throw reply
      const [status, text = '', told = {}] = reply
      return { status, headers: told, body: Readable.from([Buffer.from(text)]) }
    },
    close: async () => undefined,
  }
  return { sent, transport }
}

const clientOf = (transport: StorageTransport) =>
  new S3Client({ backend, credentials, transport, clock: systemClock, pausesMs: [0, 0] })

const fault = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`

test('what may go better is tried again within bounds; what may not is said at once, with its remedy', async () => {
  const weary = provider((_sent, index) =>
    index === 0 ? new Error('ECONNRESET') : index === 1 ? [503, fault('SlowDown')] : [200],
  )
  assert.equal((await clientOf(weary.transport).callForHead({ method: 'GET', key: 'a' })).status, 200)
  assert.equal(weary.sent.length, 3)
  const dead = provider(() => new Error('ECONNREFUSED'))
  await assert.rejects(clientOf(dead.transport).call({ method: 'GET', key: 'a' }), {
    code: 'STORAGE_UNREACHABLE',
    message: /store\.example does not answer/,
  })
  assert.equal(dead.sent.length, 3)
  const late = new Date(Date.now() - 3_600_000).toUTCString()
  const cases: readonly (readonly [string, RegExp])[] = [
    ['NoSuchBucket', /bucket media is not there at store\.example: make it/],
    ['InvalidAccessKeyId', /access key is not known/],
    ['SignatureDoesNotMatch', /secret does not belong/],
    ['AccessDenied', /get, put, delete and list/],
    ['RequestTimeTooSkewed', /differs by 36\d\d s.*NTP/],
    ['AuthorizationHeaderMalformed', /another region/],
    ['Odd', /answered 403 Odd/],
  ]
  for (const [code, message] of cases) {
    const refusing = provider(() => [403, fault(code), { date: late }])
    await assert.rejects(clientOf(refusing.transport).call({ method: 'GET', key: 'a' }), (error: Error) => {
      assert.match(error.message, message)
      assert.ok(!error.message.includes(credentials.key) && !error.message.includes(credentials.secret))
      return true
    })
    assert.equal(refusing.sent.length, 1, code)
  }
})

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-s3-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  return folder
}

test('a large file goes in parts; where one cannot be brought to its end the parts are thrown away', async (t) => {
  const path = join(folderFor(t), 'film')
  const size = PART_BYTES * 2 + 5
  writeFileSync(path, Buffer.alloc(size, 7))
  const begun = '<InitiateMultipartUploadResult><UploadId>up/1</UploadId></InitiateMultipartUploadResult>'
  const good = provider(({ path: where }) => [
    200,
    where.endsWith('uploads=') ? begun : '',
    { etag: '"e&<1"' },
  ])
  await uploadObject(clientOf(good.transport), 'a', { path, size }, { 'content-type': 'video/mp4' })
  assert.deepEqual(
    good.sent.map(({ method, path: where, bytes }) => [method, where, method === 'PUT' ? bytes : 0]),
    [
      ['POST', '/media/ana/a?uploads=', 0],
      ['PUT', '/media/ana/a?partNumber=1&uploadId=up%2F1', PART_BYTES],
      ['PUT', '/media/ana/a?partNumber=2&uploadId=up%2F1', PART_BYTES],
      ['PUT', '/media/ana/a?partNumber=3&uploadId=up%2F1', 5],
      ['POST', '/media/ana/a?uploadId=up%2F1', 0],
    ],
  )
  assert.equal(good.sent[0]?.headers['content-type'], 'video/mp4')
  const breaking = provider(({ method, path: where }) => {
    if (where.endsWith('uploads=')) return [200, begun]
    if (where.includes('partNumber=2')) return [500, fault('InternalError')]
    return method === 'DELETE' ? [204] : [200, '', { etag: '"e"' }]
  })
  await assert.rejects(uploadObject(clientOf(breaking.transport), 'a', { path, size }, {}), {
    code: 'STORAGE_UNREACHABLE',
  })
  const last = breaking.sent.at(-1)
  assert.deepEqual([last?.method, last?.path], ['DELETE', '/media/ana/a?uploadId=up%2F1'])
  const lying = provider(({ path: where, method }) =>
    where.endsWith('uploads=') ? [200, begun] : [200, method === 'POST' ? fault('InternalError') : ''],
  )
  await assert.rejects(uploadObject(clientOf(lying.transport), 'a', { path, size }, {}), /parts of a file/)
  assert.equal(lying.sent.at(-1)?.method, 'DELETE')
})

const storeOf = (t: TestContext, transport: StorageTransport) =>
  openS3MediaStore({
    backend,
    credentials,
    acl: 'private',
    transport,
    clock: systemClock,
    local: openLocalMediaStore({ folder: folderFor(t), leastFreeBytes: 0 }),
    servesLocal: true,
    pausesMs: [],
  })

test('a part is a part, also of a provider that knows of none', async (t) => {
  const key = contentKey('b'.repeat(64), 'mp4')
  for (const status of [200, 206]) {
    const { transport } = provider(() => [status, status === 200 ? '0123456789' : '234'])
    const part = await storeOf(t, transport).open(key, { start: 2, end: 4 })
    assert.equal(part === null ? null : await allOf(part), '234')
  }
})

test('parts that a died process left are thrown away; providers that list none are left alone', async (t) => {
  const key = contentKey('a'.repeat(64), 'mp4')
  const upload = (name: string, id: string, at: string): string =>
    `<Upload><Key>${name}</Key><UploadId>${id}</UploadId><Initiated>${at}</Initiated></Upload>`
  const xml = [
    upload(`ana/${key}`, 'old', '2026-01-01T00:00:00Z'),
    upload(`ana/${key}`, 'new', '2026-01-03T00:00:00Z'),
    upload('ana/of-another-program', 'other', '2026-01-01T00:00:00Z'),
  ].join('')
  const listing = provider(({ method }) => [method === 'DELETE' ? 204 : 200, `<R>${xml}</R>`])
  const before = new Date('2026-01-02T00:00:00Z')
  assert.equal(await storeOf(t, listing.transport).removeLeftovers(before, async () => false), 1)
  assert.deepEqual(
    listing.sent.map(({ path }) => path),
    ['/media?uploads=&prefix=ana%2F', `/media/ana/${key}?uploadId=old`],
  )
  const knowing = provider(() => [501, fault('NotImplemented')])
  assert.equal(await storeOf(t, knowing.transport).removeLeftovers(before, async () => false), 0)
})

test('a folder that others use too loses nothing of theirs', async (t) => {
  const folder = folderFor(t)
  const store = openLocalMediaStore({ folder, leastFreeBytes: 0 })
  for (const part of ['drafts', 'incoming']) {
    mkdirSync(join(folder, part))
    for (const name of ['thesis.odt', 'a'.repeat(32)]) {
      writeFileSync(join(folder, part, name), 'x')
      utimesSync(join(folder, part, name), 1, 1)
    }
  }
  assert.equal(await store.removeLeftovers(new Date(), async () => false), 2)
  assert.deepEqual(
    ['drafts', 'incoming'].map((part) => readdirSync(join(folder, part))),
    [['thesis.odt'], ['thesis.odt']],
  )
})

test('a store without room leaves nothing open of what it was given', async (t) => {
  const from = openLocalMediaStore({ folder: folderFor(t), leastFreeBytes: 0 })
  const full = openLocalMediaStore({ folder: folderFor(t), leastFreeBytes: Number.MAX_SAFE_INTEGER })
  const written = await from.write(Readable.from([Buffer.from('film')]))
  await written.keep(contentKey(written.sha256, 'mp4'))
  const opened: Readable[] = []
  const open = from.open.bind(from)
  from.open = async (key, span) => {
    const stream = await open(key, span)
    if (stream !== null) opened.push(stream)
    return stream
  }
  await assert.rejects(
    copyFiles(from, full, () => undefined),
    { code: 'STORAGE_FULL' },
  )
  assert.deepEqual(
    opened.map(({ destroyed }) => destroyed),
    [true],
  )
})
