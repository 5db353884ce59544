/** Files that apps send: taken in, refused, looked after, put into posts, and gone with them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { InstanceConfiguration } from '../../../server/contracts/instance.ts'
import type { MediaAttachment } from '../../../server/contracts/media-attachment.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { removeLeftovers, removeUnnamedFiles } from '../../../server/domain/uploads/content-files.ts'
import { contentKey } from '../../../server/storage/media-store.ts'
import { formOf } from '../../support/multipart.ts'
import { mp3Of, newPicture } from '../../support/pictures.ts'
import { openUploadHome } from '../../support/upload-home.ts'
import { until } from '../../support/until.ts'

const setting = await openUploadHome()
const { home } = setting
const { db } = home
const { media } = home.context

const file = (bytes: Buffer, filename = 'cup.png') => ({ name: 'file', filename, bytes })
const error = (answer: { json(): unknown }): string => (answer.json() as { error: string }).error
const storedFiles = async (): Promise<number> => {
  const { count } = await db
    .selectFrom('media_files')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

test('a picture is sent, described, shown in a post and told to other servers', async () => {
  const bytes = newPicture()
  const sent = await setting.uploads(bytes, [
    ['description', 'A blue cup.'],
    ['focus', '0.25,-0.5'],
  ])
  assert.equal(sent.type, 'image')
  assert.equal(sent.description, 'A blue cup.')
  assert.deepEqual(sent.meta?.focus, { x: 0.25, y: -0.5 })
  assert.equal(sent.remote_url, null)
  assert.match(sent.url ?? '', /^https:\/\/home\.example\/media\/[0-9a-f]{2}\/[0-9a-f]{62}\.png$/)
  const served = await setting.reads(sent.url)
  assert.equal(served.status, 200)
  const status = await setting.app.post<Status>('/api/v1/statuses', { status: 'look', media_ids: [sent.id] })
  assert.deepEqual(
    status.media_attachments.map(({ id, url, description }) => ({ id, url, description })),
    [{ id: sent.id, url: sent.url, description: 'A blue cup.' }],
  )
  const note = (
    await home.ask(new URL(status.uri).pathname, { headers: { accept: 'application/activity+json' } })
  ).json()
  const [attachment] = note['attachment'] ?? []
  assert.deepEqual(
    [attachment?.['type'], attachment?.['mediaType'], attachment?.['url'], attachment?.['name']],
    ['Document', 'image/png', sent.url, 'A blue cup.'],
  )
  assert.deepEqual(attachment?.['focalPoint'], [0.25, -0.5])
  const again = await setting.app.ask('/api/v1/statuses', {
    method: 'POST',
    body: { status: 'again', media_ids: [sent.id] },
  })
  assert.equal(again.status, 422)
  assert.equal((await setting.app.ask(`/api/v1/media/${sent.id}`)).status, 404)
})

test('files are served with fixed types, for ever, in ranges, and nothing else lies there', async () => {
  const sent = await setting.uploads(newPicture(300, 200))
  const whole = await setting.reads(sent.url)
  assert.equal(whole.headers['content-type'], 'image/png')
  assert.equal(whole.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(whole.headers['x-content-type-options'], 'nosniff')
  assert.match(String(whole.headers['content-security-policy']), /sandbox/)
  assert.equal(whole.headers['access-control-allow-origin'], '*')
  assert.equal(whole.headers['content-length'], String(whole.bytes.length))
  assert.ok(!Number.isNaN(Date.parse(String(whole.headers['last-modified']))))
  const etag = String(whole.headers.etag)
  assert.equal((await setting.reads(sent.url, { 'if-none-match': etag })).status, 304)
  const part = await setting.reads(sent.url, { range: 'bytes=8-15' })
  assert.deepEqual([part.status, part.bytes], [206, whole.bytes.subarray(8, 16)])
  assert.equal(part.headers['content-range'], `bytes 8-15/${whole.bytes.length}`)
  const tail = await setting.reads(sent.url, { range: 'bytes=-4', 'if-range': etag })
  assert.deepEqual([tail.status, tail.bytes], [206, whole.bytes.subarray(-4)])
  assert.equal((await setting.reads(sent.url, { range: 'bytes=0-1,4-5' })).status, 200)
  assert.equal((await setting.reads(sent.url, { range: 'bytes=99999999-' })).status, 416)
  const path = new URL(sent.url ?? '').pathname
  const head = await home.ask(path, { method: 'HEAD' })
  assert.deepEqual([head.status, head.bytes.length], [200, 0])
  assert.equal(head.headers['content-length'], String(whole.bytes.length))
  assert.deepEqual((await home.askPrivate(path)).bytes, whole.bytes)
  for (const other of [
    path.replace('.png', '.html'),
    path.replace('.png', '.svg'),
    '/media/incoming/0123456789abcdef0123456789abcdef',
    '/media/..%2f..%2fetc/passwd',
    '/media/aa/nothing.png',
    `/media/${contentKey('f'.repeat(64), 'png')}`,
  ]) {
    const answer = await home.ask(other)
    assert.deepEqual([answer.status, answer.headers['cache-control']], [404, 'no-store'], other)
  }
})

test('the same file twice is one file, and stays until nothing names it', async () => {
  const bytes = newPicture()
  const [one, two] = [await setting.uploads(bytes), await setting.uploads(bytes)]
  assert.equal(one.url, two.url)
  assert.notEqual(one.id, two.id)
  await setting.app.call('DELETE', `/api/v1/media/${one.id}`)
  await db
    .updateTable('media_files')
    .set({ created_at: new Date(0) })
    .execute()
  // Settled uploads name their file for a day.
  await db.deleteFrom('uploads').execute()
  await removeUnnamedFiles(db, media, 100)
  assert.equal((await setting.reads(two.url)).status, 200)
  await setting.app.call('DELETE', `/api/v1/media/${two.id}`)
  await removeUnnamedFiles(db, media, 100)
  assert.equal((await setting.reads(two.url)).status, 404)
})

test('what cannot be taken is refused with a reason, and leaves nothing behind', async () => {
  const fay = await setting.withIdentity('fay')
  const before = await storedFiles()
  const heic = Buffer.concat([
    Buffer.from('0000001866747970686569630000000068656963', 'hex'),
    Buffer.alloc(64),
  ])
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'.padEnd(90),
  )
  const cases: readonly [string, Parameters<typeof setting.sends>[1], RegExp][] = [
    ['no file', [], /File can't be blank/],
    ['an empty file', [file(Buffer.alloc(0))], /File is empty/],
    ['HEIC', [file(heic, 'a.jpg')], /HEIC.*JPEG/],
    ['SVG', [file(svg, 'a.png')], /not supported/],
    ['HTML', [file(Buffer.from('<!doctype html><title>x</title>'.repeat(4)), 'a.gif')], /not supported/],
    ['a stump', [file(Buffer.from('GIF'), 'a.gif')], /not supported/],
    ['two files', [file(newPicture()), file(newPicture())], /more than one file/],
    [
      'a sound as thumbnail',
      [file(newPicture()), { name: 'thumbnail', filename: 'a.mp3', bytes: mp3Of() }],
      /picture/,
    ],
    ['a file of another name', [{ ...file(newPicture()), name: 'upload' }], /files are not accepted/],
    [
      'a picture that is too large',
      [file(Buffer.concat([newPicture(), Buffer.alloc(17 * 1_048_576)]))],
      /16 MB/,
    ],
  ]
  for (const [name, files, reason] of cases) {
    for (const path of ['/api/v2/media', '/api/v1/media']) {
      const answer = await fay.sends(path, files)
      assert.equal(answer.status, 422, name)
      assert.match(error(answer), reason, name)
    }
  }
  const long = await fay.sends('/api/v2/media', [file(newPicture())], [['description', 'x'.repeat(1_501)]])
  assert.match(error(long), /maximum is 1500/)
  const focus = await fay.sends('/api/v2/media', [file(newPicture())], [['focus', 'left']])
  assert.match(error(focus), /Focus/)
  const bodies: readonly [number, Record<string, string>, Buffer | string][] = [
    [400, { 'content-type': 'multipart/form-data' }, formOf([], [file(newPicture())]).body],
    [400, { 'content-type': 'multipart/form-data; boundary=other' }, formOf([], [file(newPicture())]).body],
    [400, formOf([], []).headers, formOf([], [file(newPicture())]).body.subarray(0, -40)],
    [422, { 'content-type': 'application/json' }, '{"file":"x"}'],
    [415, { 'content-type': 'image/png' }, newPicture()],
  ]
  for (const [status, headers, body] of bodies) {
    const answer = await fay.app.ask('/api/v2/media', { method: 'POST', headers, body })
    assert.equal(answer.status, status, JSON.stringify(headers))
  }
  await leavesNothing()
  assert.equal(await storedFiles(), before)
})

/** Files that came in and were not kept; taking them away may end a moment after the answer. */
async function leavesNothing(): Promise<void> {
  const names = (folder: string): string[] => {
    try {
      return readdirSync(`${home.mediaFolder}/${folder}`)
    } catch {
      return []
    }
  }
  await until('nothing is left', async () => names('drafts').length === 0 && names('incoming').length === 0)
}

test('a line that is cut leaves nothing, nor does an upload that a died process left', async () => {
  const { headers, body } = formOf([], [file(Buffer.concat([newPicture(), Buffer.alloc(200_000)]))])
  const request = httpRequest({
    host: '127.0.0.1',
    port: home.publicPort,
    method: 'POST',
    path: '/api/v2/media',
    headers: {
      ...headers,
      host: home.host,
      authorization: `Bearer ${setting.app.token}`,
      'content-length': body.length,
    },
    agent: false,
  })
  request.on('error', () => undefined)
  request.write(body.subarray(0, 150_000))
  await until('a file is begun', async () => readdirSync(`${home.mediaFolder}/drafts`).length > 0)
  request.destroy()
  await leavesNothing()
  const written = await media.write([
    Buffer.from('left by a process'),
  ] as unknown as AsyncIterable<Uint8Array>)
  assert.equal(written.size, 17)
  const tomorrow = new Date(Date.now() + 86_400_000)
  assert.equal(await removeLeftovers(db, media, tomorrow), 1)
  await leavesNothing()
})

test('a full disk is said so', async () => {
  const full = await openUploadHome({ leastFreeMediaBytes: Number.MAX_SAFE_INTEGER })
  const answer = await full.sends('/api/v2/media', [file(newPicture())])
  assert.equal(answer.status, 507)
  assert.match(error(answer), /no room/)
})

test('only the owner, with the right scope, sends and sees uploads', async () => {
  const form = formOf([], [file(newPicture())])
  const stranger = await home.ask('/api/v2/media', { method: 'POST', ...form })
  assert.equal(stranger.status, 401)
  const reader = await home.app(['read'])
  assert.equal((await reader.ask('/api/v2/media', { method: 'POST', ...form })).status, 403)
  const narrow = await home.app(['write:media'])
  assert.equal((await narrow.ask('/api/v2/media', { method: 'POST', ...form })).status, 200)
  const { app: other } = await setting.withIdentity('eve')
  const { id } = await setting.uploads(newPicture())
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const body = method === 'PUT' ? { body: { description: 'mine' } } : {}
    assert.equal((await other.ask(`/api/v1/media/${id}`, { method, ...body })).status, 404, method)
  }
  const stolen = await other.ask('/api/v1/statuses', {
    method: 'POST',
    body: { status: 'x', media_ids: [id] },
  })
  assert.equal(stolen.status, 422)
  for (const odd of ['0', 'x', '99999999999999999999', '-1']) {
    assert.equal((await setting.app.ask(`/api/v1/media/${odd}`)).status, 404)
  }
})

test('an upload is described anew, and removed while no post has it', async () => {
  const { id } = await setting.uploads(newPicture(), [['description', 'first']])
  const form = { method: 'PUT', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  const changed = (
    await setting.app.ask(`/api/v1/media/${id}`, { ...form, body: 'description=second&focus=2.0%2C0.5' })
  ).json() as unknown as MediaAttachment
  assert.equal(changed.description, 'second')
  assert.deepEqual(changed.meta?.focus, { x: 1, y: 0.5 })
  const thumbnail = { name: 'thumbnail', filename: 't.png', bytes: newPicture(16, 16) }
  const shown = await setting.sends(`/api/v1/media/${id}`, [thumbnail], [], 'PUT')
  assert.equal(shown.status, 200)
  assert.notEqual(shown.json()['preview_url'], shown.json()['url'])
  assert.equal((await setting.reads(String(shown.json()['preview_url']))).status, 200)
  const emptied = await setting.app.call<MediaAttachment>('PUT', `/api/v1/media/${id}`, { description: '' })
  assert.equal(emptied.description, null)
  assert.deepEqual(await setting.app.call('DELETE', `/api/v1/media/${id}`), {})
  assert.equal((await setting.app.ask(`/api/v1/media/${id}`)).status, 404)
  const used = await setting.uploads(newPicture())
  await setting.app.post('/api/v1/statuses', { media_ids: [used.id] })
  const refused = await setting.app.ask(`/api/v1/media/${used.id}`, { method: 'DELETE' })
  assert.deepEqual([refused.status, error(refused)], [422, 'Media attachment is currently used by a status'])
})

test('what apps are told of limits is what is kept', async () => {
  const { media_attachments: limits } = (
    await setting.app.get<{ configuration: InstanceConfiguration }>('/api/v2/instance')
  ).configuration
  assert.equal(limits.description_limit, 1_500)
  assert.equal(limits.image_size_limit, 16 * 1_048_576)
  assert.equal(limits.image_matrix_limit, 40_000_000)
  assert.equal(limits.video_size_limit, 99 * 1_048_576)
  for (const type of ['image/png', 'image/avif', 'video/mp4', 'video/quicktime', 'audio/mpeg', 'audio/wav']) {
    assert.ok(limits.supported_mime_types.includes(type), type)
  }
  assert.ok(!limits.supported_mime_types.some((type) => /svg|heic/.test(type)))
})

test('an upload that comes slowly is waited for, unlike another request', async () => {
  const { headers, body } = formOf([], [file(newPicture(200, 200))])
  const head = [
    `POST /api/v2/media HTTP/1.1`,
    `host: ${home.host}`,
    `authorization: Bearer ${setting.app.token}`,
    `content-type: ${headers['content-type']}`,
    `content-length: ${body.length}`,
    'connection: close',
  ].join('\r\n')
  const socket = connect(home.publicPort, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`${head}\r\n\r\n`)
  socket.write(body.subarray(0, 200))
  await until('a file is begun', async () => readdirSync(`${home.mediaFolder}/drafts`).length > 0)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.write(body.subarray(200))
  await once(socket, 'end')
  assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 200/)
})

test('thirty uploads in half an hour are enough for an identity', async () => {
  const { app: client } = await setting.withIdentity('mia')
  const form = formOf([], [])
  for (let count = 0; count < 30; count += 1) {
    assert.equal((await client.ask('/api/v2/media', { method: 'POST', ...form })).status, 422)
  }
  const refused = await client.ask('/api/v1/media', { method: 'POST', ...form })
  const other = await client.ask('/api/v2/media', { method: 'POST', ...form })
  assert.deepEqual([refused.status, other.status], [429, 429])
  assert.match(String(other.headers['retry-after']), /^\d+$/)
})
