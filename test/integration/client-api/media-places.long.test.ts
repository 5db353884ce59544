/** Where uploads lie and where they are given out: in a bucket, below another host, brought from one place to another. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Account } from '../../../server/contracts/account.ts'
import type { MediaAttachment } from '../../../server/contracts/media-attachment.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { followMediaUrl } from '../../../server/domain/owner/follow-media-url.ts'
import { adoptPurgeTarget } from '../../../server/domain/purges/purge-target.ts'
import { removeUnnamedFiles } from '../../../server/domain/uploads/content-files.ts'
import { copyFiles } from '../../../server/domain/uploads/copy-files.ts'
import {
  compareStore,
  noteUnknownFiles,
  readMediaReport,
  sweepMedia,
} from '../../../server/domain/uploads/media-care.ts'
import { contentKey } from '../../../server/storage/media-store.ts'
import { newPicture } from '../../support/pictures.ts'
import { videoOf } from '../../support/recordings.ts'
import { startS3Server } from '../../support/s3-server.ts'
import { openConfiguredMedia } from '../../support/test-media.ts'
import { type UploadHome, openUploadHome } from '../../support/upload-home.ts'
import { until } from '../../support/until.ts'

const s3 = await startS3Server()
const inBucket = await openUploadHome({ env: { HOMEBIRD_MEDIA_BACKEND: s3.backend() } })

const keyOf = (url: string | null): string => (url ?? '').split('/').slice(-2).join('/')
const servedFiles = (folder: string): string[] =>
  readdirSync(folder).filter((name) => /^[0-9a-f]{2}$/.test(name))

/** As if an hour had gone by since everything was written. */
async function later({ home }: UploadHome): Promise<void> {
  await home.db
    .updateTable('media_files')
    .set({ created_at: new Date(0) })
    .execute()
}

test('a picture and a film lie in the bucket, and readers get them from this home, in ranges too', async () => {
  const { home } = inBucket
  const picture = await inBucket.uploads(newPicture(900, 700))
  assert.match(picture.url ?? '', /^https:\/\/home\.example\/media\//)
  const film = Buffer.concat([
    await videoOf({ seconds: 3, hasAudio: true, filling: 3 }),
    // Two parts and some more.
    Buffer.from('0110000066726565', 'hex'),
    Buffer.alloc(0x110_0000 - 8, 4),
  ])
  const sent = await inBucket.uploads(film, [], 'film.mp4')
  assert.equal(sent.type, 'video')
  assert.deepEqual(servedFiles(home.mediaFolder), [])
  const { media } = home.context
  assert.equal((await media.find(keyOf(picture.url)))?.size, (await inBucket.reads(picture.url)).bytes.length)
  const whole = await inBucket.reads(sent.url)
  assert.deepEqual(
    [whole.status, whole.bytes.length, whole.headers['content-type']],
    [200, film.length, 'video/mp4'],
  )
  const etag = String(whole.headers['etag'])
  const part = await inBucket.reads(sent.url, { range: 'bytes=100-199', 'if-range': etag })
  assert.deepEqual([part.status, part.bytes], [206, whole.bytes.subarray(100, 200)])
  assert.equal(part.headers['content-range'], `bytes 100-199/${film.length}`)
  assert.equal((await inBucket.reads(sent.url, { 'if-none-match': etag })).status, 304)
  const gone = `/media/${contentKey('e'.repeat(64), 'png')}`
  assert.equal((await home.ask(gone)).status, 404)
})

test('a deleted post takes its files out of the bucket', async () => {
  const { home, app } = inBucket
  const picture = await inBucket.uploads(newPicture(900, 700))
  const { id } = await app.post<Status>('/api/v1/statuses', { status: 'x', media_ids: [picture.id] })
  assert.equal((await inBucket.reads(picture.preview_url)).status, 200)
  await app.call('DELETE', `/api/v1/statuses/${id}?delete_media=true`)
  await home.db.deleteFrom('uploads').execute()
  await later(inBucket)
  await adoptPurgeTarget(home.db, 'varnish')
  const { media } = home.context
  assert.ok((await removeUnnamedFiles(home.db, media, 100, 'https://m.home.example/')).files >= 2)
  const [purge] = await home.db.selectFrom('purges').select('urls').where('reason', '=', 'media').execute()
  for (const address of [picture.url, `https://m.home.example/${keyOf(picture.preview_url)}`]) {
    assert.ok(purge?.urls.includes(address ?? ''), `${address} is dropped by caches in front`)
  }
  for (const url of [picture.url, picture.preview_url]) {
    assert.equal((await inBucket.reads(url)).status, 404)
    assert.equal(await home.context.media.find(keyOf(url)), null)
  }
})

test('while the provider is away nothing is lost: uploads wait, readers are told to come again', async () => {
  const { home, app } = inBucket
  const before = await inBucket.uploads(newPicture())
  await s3.kill()
  const read = await inBucket.reads(before.url, { range: 'bytes=0-1' })
  assert.deepEqual([read.status, read.headers['cache-control']], [503, 'no-store'])
  assert.match(read.text(), /cannot be stored or read right now/)
  assert.equal(read.headers['etag'], undefined)
  assert.ok(Number(read.headers['retry-after']) > 0)
  const report = await readMediaReport(home.db, home.context.media)
  assert.equal(report.isUp, false)
  assert.match(report.problem ?? '', /does not answer/)
  assert.ok(!JSON.stringify(report).includes('S3RVER'))
  const answer = await inBucket.sends('/api/v2/media', [
    { name: 'file', filename: 'a.png', bytes: newPicture() },
  ])
  assert.equal(answer.status, 202)
  const { id } = answer.json() as unknown as MediaAttachment
  await s3.start()
  await until('it is kept', async () => (await app.ask(`/api/v1/media/${id}`)).status === 200, 60_000)
  assert.equal((await inBucket.reads(before.url)).status, 200)
  const { url } = await app.get<MediaAttachment>(`/api/v1/media/${id}`)
  assert.equal((await inBucket.reads(url)).status, 200)
})

test('own media is given out below another host, ids never are, and going back loses nothing', async () => {
  const cdn = 'https://cdn.example/of/ana/'
  const setting = await openUploadHome({ env: { HOMEBIRD_MEDIA_URL: cdn } })
  const { home, app } = setting
  const sent = await setting.uploads(newPicture(800, 800))
  for (const url of [sent.url, sent.preview_url]) assert.ok(url?.startsWith(cdn), url ?? '')
  const avatar = { name: 'avatar', filename: 'a.png', bytes: newPicture(50, 50) }
  const changed = await setting.sends('/api/v1/accounts/update_credentials', [avatar], [], 'PATCH')
  const account = changed.json() as unknown as Account
  assert.ok(account.avatar.startsWith(cdn), account.avatar)
  assert.ok(account.url.startsWith('https://home.example/'))
  const status = await app.post<Status>('/api/v1/statuses', { status: 'look', media_ids: [sent.id] })
  const document = async (uri: string) => {
    const headers = { accept: 'application/activity+json' }
    return (await home.ask(new URL(uri).pathname, { headers })).json()
  }
  const note = await document(status.uri)
  assert.ok(String(note['id']).startsWith('https://home.example/ap/'))
  assert.ok(String(note['attachment']?.[0]?.['url']).startsWith(cdn))
  const icon = (await document(home.ana.uri))['icon'] as unknown as { url: string }
  assert.equal(icon.url, account.avatar)
  const page = await home.ask('/@ana')
  const policy = String(page.headers['content-security-policy'])
  assert.match(policy, /img-src [^;]*https:\/\/cdn\.example/)
  assert.ok(page.text().includes(account.avatar))
  const window = await home.askPrivate('/')
  assert.match(String(window.headers['content-security-policy']), /img-src [^;]*https:\/\/cdn\.example/)
  // What the other host asks for here.
  assert.equal((await home.ask(`/media/${keyOf(sent.url)}`)).status, 200)
  assert.equal(await followMediaUrl(home.db, cdn), 0)
  const iconUrl = async (): Promise<string | null> =>
    (
      await home.db
        .selectFrom('actors')
        .select('icon_url')
        .where('id', '=', home.ana.id)
        .executeTakeFirstOrThrow()
    ).icon_url
  for (const [mediaUrl, base] of [
    ['/media/', 'https://home.example/media/'],
    ['/files/', 'https://home.example/files/'],
    [cdn, cdn],
  ] as const) {
    assert.equal(await followMediaUrl(home.db, mediaUrl), 1, mediaUrl)
    assert.equal(await iconUrl(), base + keyOf(account.avatar))
    assert.equal(await followMediaUrl(home.db, mediaUrl), 0)
  }
})

test('files that no row knows go after a day; what is shown and lost its row is known again', async () => {
  const setting = await openUploadHome()
  const { home } = setting
  const { media } = home.context
  const shown = await setting.uploads(newPicture())
  await setting.app.post<Status>('/api/v1/statuses', { media_ids: [shown.id] })
  await home.db.deleteFrom('uploads').execute()
  await home.db.deleteFrom('media_files').execute()
  const lost = join(home.mediaFolder, contentKey('c'.repeat(64), 'png'))
  const written = await media.write(Readable.from([Buffer.from('nobody knows me')]))
  await written.keep(contentKey('c'.repeat(64), 'png'))
  writeFileSync(join(home.mediaFolder, 'cc', 'notes.txt'), 'of the owner')
  assert.deepEqual((await compareStore(home.db, media)).unknown.files, 2)
  const now = new Date()
  assert.equal(await noteUnknownFiles(home.db, media, now), 0, 'it may be on its way')
  for (const path of [lost, join(home.mediaFolder, keyOf(shown.url))]) utimesSync(path, 1_000, 1_000)
  const swept = await sweepMedia(home.db, media, now, '/media/')
  assert.deepEqual([swept.noted, swept.removed.files], [2, 1])
  assert.ok(!existsSync(lost))
  assert.ok(existsSync(join(home.mediaFolder, 'cc', 'notes.txt')), 'what is not ours stays')
  assert.equal((await setting.reads(shown.url)).status, 200)
  assert.deepEqual(await compareStore(home.db, media), {
    unknown: { files: 0, bytes: 0 },
    missing: { files: 0, bytes: 0 },
  })
  rmSync(join(home.mediaFolder, keyOf(shown.url)))
  assert.equal((await compareStore(home.db, media)).missing.files, 1)
})

test('all files are brought to a bucket and back, again and again, but for what is not what it says', async () => {
  const setting = await openUploadHome()
  const { media } = setting.home.context
  const sent = [await setting.uploads(newPicture(800, 600)), await setting.uploads(newPicture())]
  const bucket = openConfiguredMedia(
    loadConfig({ env: { HOMEBIRD_MEDIA_BACKEND: s3.backend({ prefix: 'copy' }) } }).config,
  ).media
  const damaged = contentKey('d'.repeat(64), 'png')
  await (await media.write(Readable.from([Buffer.from('not what it says')]))).keep(damaged)
  const tell = (): void => undefined
  const first = await copyFiles(media, bucket, tell)
  assert.deepEqual([first.copied, first.present, first.damaged], [3, 0, [damaged]])
  assert.equal((await copyFiles(media, bucket, tell)).present, 3)
  const back = openConfiguredMedia(loadConfig({ env: {} }).config)
  assert.equal((await copyFiles(bucket, back.media, tell)).copied, 3)
  for (const { url } of sent) assert.ok(existsSync(join(back.folder, keyOf(url))))
  assert.deepEqual(readdirSync(join(back.folder, 'drafts')), [])
})
