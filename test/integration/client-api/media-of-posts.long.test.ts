/** Uploads in posts and profiles: attached, edited, scheduled, given back, and gone with what had them. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { decodeBlurHash } from 'fast-blurhash'
import { createRestAPIClient } from 'masto'
import generator from 'megalodon'
import sharp from 'sharp'
import type { MediaAttachment } from '../../../server/contracts/media-attachment.ts'
import type { ScheduledStatus } from '../../../server/contracts/scheduled-status.ts'
import type { Status, StatusEdit } from '../../../server/contracts/status.ts'
import { removeAbandoned, removeUnnamedFiles } from '../../../server/domain/uploads/content-files.ts'
import { mp3Of, newPicture } from '../../support/pictures.ts'
import { videoOf, wavOf } from '../../support/recordings.ts'
import { openUploadHome } from '../../support/upload-home.ts'
import { until } from '../../support/until.ts'

const setting = await openUploadHome()
const { home, runner } = setting
const { db } = home
const { media } = home.context

const file = (bytes: Buffer, filename = 'cup.png') => ({ name: 'file', filename, bytes })
const error = (answer: { json(): unknown }): string => (answer.json() as { error: string }).error

test('a post of a picture alone needs no text', async () => {
  const { id } = await setting.uploads(newPicture())
  const status = await setting.app.post<Status>('/api/v1/statuses', { media_ids: [id] })
  assert.equal(status.content, '')
  assert.equal(status.media_attachments.length, 1)
})

test('while it is worked on an upload has no address and goes into no post', async () => {
  runner.pause('uploads')
  const answer = await setting.sends('/api/v2/media', [file(newPicture())])
  assert.equal(answer.status, 202)
  const { id, url, preview_url: preview } = answer.json() as unknown as MediaAttachment
  assert.deepEqual([url, preview], [null, null])
  assert.equal((await setting.app.ask(`/api/v1/media/${id}`)).status, 206)
  const early = await setting.app.ask('/api/v1/statuses', { method: 'POST', body: { media_ids: [id] } })
  assert.equal(early.status, 422)
  assert.match(error(early), /not finished processing/)
  runner.resume('uploads')
  await until('it is ready', async () => (await setting.app.ask(`/api/v1/media/${id}`)).status === 200)
  await setting.app.post<Status>('/api/v1/statuses', { media_ids: [id] })
})

test('several pictures go into a post, seventeen do not, nor a sound among pictures', async () => {
  const bea = await setting.withIdentity('bea')
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1) ids.push((await bea.uploads(newPicture())).id)
  const refusal = async (mediaIds: readonly string[]): Promise<string> => {
    const answer = await bea.app.ask('/api/v1/statuses', { method: 'POST', body: { media_ids: mediaIds } })
    assert.equal(answer.status, 422)
    return error(answer)
  }
  assert.match(await refusal(Array.from({ length: 17 }, (_, place) => ids[place % 5] ?? '')), /more than 16/)
  const sound = await bea.uploads(mp3Of(), [], 'a.mp3')
  assert.equal(sound.type, 'audio')
  assert.match(await refusal([ids[0] ?? '', sound.id]), /video or a sound/)
  const moment = await bea.uploads(wavOf(0.001, 1_000_000_000), [], 'a.wav')
  assert.equal(moment.type, 'audio', 'however short it says it is')
  const loop = await bea.uploads(await videoOf({ seconds: 1 }), [], 'loop.mp4')
  const mixed = { media_ids: [ids[4] ?? '', loop.id] }
  const { media_attachments: shown } = await bea.app.post<Status>('/api/v1/statuses', mixed)
  assert.deepEqual(
    shown.map(({ type }) => type),
    ['image', 'gifv'],
  )
  const order = [ids[2], ids[0], ids[3], ids[1]].map(String)
  const body = order.map((id) => `media_ids[]=${id}`).join('&')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const status = (await bea.app.ask('/api/v1/statuses', { method: 'POST', headers, body })).json()
  assert.deepEqual(
    [...(status['media_attachments'] ?? [])].map(({ id }) => id),
    order,
  )
})

test('an edit changes descriptions and files; its history shows what was there', async () => {
  const mine = await setting.withIdentity('cora')
  const [one, two] = [
    await mine.uploads(newPicture(), [['description', 'one']]),
    await mine.uploads(newPicture()),
  ]
  const status = await mine.app.post<Status>('/api/v1/statuses', { status: 'x', media_ids: [one.id] })
  const form = [
    'status=x',
    `media_ids[]=${one.id}`,
    `media_attributes[][id]=${one.id}`,
    'media_attributes[][description]=better',
    'media_attributes[][focus]=0.1,0.2',
  ].join('&')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const path = `/api/v1/statuses/${status.id}`
  const described = (
    await mine.app.ask(path, { method: 'PUT', headers, body: form })
  ).json() as unknown as Status
  assert.equal(described.media_attachments[0]?.description, 'better')
  assert.deepEqual(described.media_attachments[0]?.meta?.focus, { x: 0.1, y: 0.2 })
  assert.ok(described.edited_at !== null)
  const { state } = await db
    .selectFrom('posts')
    .select('state')
    .where('id', '=', status.id)
    .executeTakeFirstOrThrow()
  assert.ok(state === 'new' || state === 'edited', 'an Update follows')
  const same = (await mine.app.ask(path, { method: 'PUT', headers, body: form })).json() as unknown as Status
  assert.equal(same.edited_at, described.edited_at)
  await mine.app.call('PUT', path, { status: 'x', media_ids: [two.id] })
  // What an earlier version shows is kept with the post, however old it is.
  await db
    .updateTable('attachments')
    .set({ created_at: new Date(0) })
    .where('id', '=', one.id)
    .execute()
  await removeAbandoned(db, 100)
  const history = await mine.app.get<StatusEdit[]>(`${path}/history`)
  assert.deepEqual(
    history.map((version) => version.media_attachments.map(({ id, description }) => [id, description])),
    [[[one.id, 'one']], [[one.id, 'better']], [[two.id, null]]],
  )
  const thumbnail = { name: 'media_attributes[][thumbnail]', filename: 't.png', bytes: newPicture(8, 8) }
  const fields = [
    ['status', 'x'],
    ['media_ids[]', two.id],
    ['media_attributes[][id]', two.id],
  ] as const
  const answer = await mine.sends(path, [thumbnail], fields, 'PUT')
  const [shown] = (answer.json() as unknown as Status).media_attachments
  assert.notEqual(shown?.preview_url, shown?.url)
  const foreign = await mine.app.ask(path, {
    method: 'PUT',
    body: { status: 'x', media_attributes: [{ id: '1', description: 'y' }] },
  })
  assert.equal(foreign.status, 422)
})

test('a deleted post gives its files back for a day, or takes them with it', async () => {
  const mine = await setting.withIdentity('dora')
  const { id, url } = await mine.uploads(newPicture(), [['description', 'kept']])
  const first = await mine.app.post<Status>('/api/v1/statuses', { status: 'draft', media_ids: [id] })
  const deleted = await mine.app.call<Status & { text: string }>('DELETE', `/api/v1/statuses/${first.id}`)
  assert.equal(deleted.text, 'draft')
  assert.equal(deleted.media_attachments[0]?.id, id)
  const second = await mine.app.post<Status>('/api/v1/statuses', { status: 'better', media_ids: [id] })
  assert.equal(second.media_attachments[0]?.description, 'kept')
  await mine.app.call('DELETE', `/api/v1/statuses/${second.id}?delete_media=true`)
  assert.equal((await mine.app.ask(`/api/v1/media/${id}`)).status, 404)
  await db.deleteFrom('uploads').execute()
  await db
    .updateTable('media_files')
    .set({ created_at: new Date(0) })
    .execute()
  await removeUnnamedFiles(db, media, 100)
  assert.equal((await setting.reads(url)).status, 404)
})

test('uploads that no post took go after a day; those of a scheduled post stay', async () => {
  const mine = await setting.withIdentity('ella')
  const [left, scheduled] = [await mine.uploads(newPicture()), await mine.uploads(newPicture())]
  const in10Minutes = new Date(Date.now() + 600_000).toISOString()
  const draft = { status: 'later', scheduled_at: in10Minutes, media_ids: [scheduled.id] }
  const waiting = await mine.app.post<ScheduledStatus>('/api/v1/statuses', draft)
  assert.equal(waiting.media_attachments[0]?.url, scheduled.url)
  const used = await mine.app.ask(`/api/v1/media/${scheduled.id}`, { method: 'DELETE' })
  assert.equal(used.status, 422)
  const yesterday = new Date(Date.now() - 25 * 3_600_000)
  await db
    .updateTable('attachments')
    .set({ created_at: yesterday })
    .where('id', 'in', [left.id, scheduled.id])
    .execute()
  await removeAbandoned(db, 100)
  assert.equal((await mine.app.ask(`/api/v1/media/${left.id}`)).status, 404)
  assert.equal((await mine.app.ask(`/api/v1/media/${scheduled.id}`)).status, 200)
})

test('an avatar and a header change with the profile, and go', async () => {
  const files = [
    { name: 'avatar', filename: 'a.png', bytes: newPicture(64, 64) },
    { name: 'header', filename: 'h.png', bytes: newPicture(300, 100) },
  ]
  const path = '/api/v1/accounts/update_credentials'
  const changed = await setting.sends(path, files, [['display_name', 'Ana B.']], 'PATCH')
  assert.equal(changed.status, 200)
  const account = changed.json()
  assert.equal(account['display_name'], 'Ana B.')
  assert.match(String(account['avatar']), /^https:\/\/home\.example\/media\//)
  assert.equal((await setting.reads(String(account['avatar']))).status, 200)
  const document = await actorDocument()
  assert.equal(document['icon']?.['url'], account['avatar'])
  assert.equal(document['image']?.['url'], account['header'])
  assert.match(String(document['icon']?.['mediaType']), /^image\//)
  const { state } = await db
    .selectFrom('actors')
    .select('state')
    .where('id', '=', home.ana.id)
    .executeTakeFirstOrThrow()
  assert.equal(state, 'edited', 'followers are told')
  await db.deleteFrom('uploads').execute()
  await db
    .updateTable('media_files')
    .set({ created_at: new Date(0) })
    .execute()
  await removeUnnamedFiles(db, media, 100)
  assert.equal((await setting.reads(String(account['header']))).status, 200, 'a profile names its pictures')
  const plain = await setting.app.call<{ avatar: string }>('DELETE', '/api/v1/profile/avatar')
  assert.match(plain.avatar, /\/avatars\/original\/bird-/)
  await setting.app.call('DELETE', '/api/v1/profile/header')
  assert.equal((await actorDocument())['icon'], undefined)
  const sound = await setting.sends(
    path,
    [{ name: 'avatar', filename: 'a.mp3', bytes: mp3Of() }],
    [],
    'PATCH',
  )
  assert.match(error(sound), /picture/)
  const large = Buffer.concat([newPicture(), Buffer.alloc(9 * 1_048_576)])
  const tooLarge = await setting.sends(
    path,
    [{ name: 'avatar', filename: 'a.png', bytes: large }],
    [],
    'PATCH',
  )
  assert.match(error(tooLarge), /2 MB/)
  const none = await setting.sends(
    path,
    [{ name: 'avatar', filename: '', bytes: Buffer.alloc(0) }],
    [['note', 'x']],
    'PATCH',
  )
  assert.equal(none.status, 200, 'a field of files that was left empty is none')
})

const actorDocument = async () =>
  (
    await home.ask(new URL(home.ana.uri).pathname, { headers: { accept: 'application/activity+json' } })
  ).json()

test('a photograph goes out to other servers without its place, with all that apps draw it from', async () => {
  const fred = await setting.withIdentity('fred')
  const taken = await sharp(newPicture(800, 600))
    .withExif({
      IFD0: { Model: 'Snitch 9000' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 12/1' },
    })
    .jpeg()
    .toBuffer()
  assert.ok(taken.includes('Snitch'))
  const sent = await fred.uploads(taken, [['focus', '0,1']], 'IMG_1.JPG')
  const { original, small, focus } = sent.meta ?? {}
  assert.deepEqual(original, { width: 800, height: 600, size: '800x600', aspect: 800 / 600 })
  assert.deepEqual(small, { width: 640, height: 480, size: '640x480', aspect: 640 / 480 })
  assert.deepEqual(focus, { x: 0, y: 1 })
  assert.equal(decodeBlurHash(sent.blurhash ?? '', 4, 4).length, 64)
  for (const url of [sent.url, sent.preview_url]) {
    const served = await setting.reads(url)
    assert.equal(served.status, 200)
    assert.ok(!served.bytes.includes('Snitch') && !served.bytes.includes('Exif'))
    assert.equal((await sharp(served.bytes).metadata()).exif, undefined)
  }
  const { uri } = await fred.app.post<Status>('/api/v1/statuses', { media_ids: [sent.id] })
  const [attachment] = (await activityAt(uri))['attachment'] ?? []
  const facts = ['mediaType', 'width', 'height', 'blurhash'].map((name) => attachment?.[name])
  assert.deepEqual(facts, ['image/jpeg', 800, 600, sent.blurhash])
  assert.equal(attachment?.['icon']?.['url'], sent.preview_url)
})

const activityAt = async (uri: string) =>
  (await home.ask(new URL(uri).pathname, { headers: { accept: 'application/activity+json' } })).json()

test('a video passes untouched but for where it was taken', async () => {
  const gus = await setting.withIdentity('gus')
  const bytes = await videoOf({ hasAudio: true, location: '+52.5200+013.4050/', seconds: 2 })
  const poster = { name: 'thumbnail', filename: 'p.png', bytes: newPicture(64, 36) }
  const film = { name: 'file', filename: 'a.mp4', bytes }
  const taken = await gus.sends('/api/v2/media', [film, poster], [['description', 'Waves.']])
  assert.ok(taken.status === 200 || taken.status === 202)
  const { id } = taken.json() as unknown as MediaAttachment
  await until('the video is ready', async () => (await gus.app.ask(`/api/v1/media/${id}`)).status === 200)
  const ready = await gus.app.get<MediaAttachment>(`/api/v1/media/${id}`)
  assert.equal(ready.type, 'video')
  const { width, height, frame_rate: rate, duration, bitrate } = ready.meta?.original ?? {}
  assert.deepEqual([width, height, rate], [320, 180, '25/1'])
  assert.ok(Math.abs((duration ?? 0) - 2) < 0.1 && (bitrate ?? 0) > 0)
  assert.deepEqual(ready.meta?.small?.size, '64x36')
  assert.match(ready.preview_url ?? '', /\.(?:png|webp)$/)
  const served = await setting.reads(ready.url)
  assert.equal(served.headers['content-type'], 'video/mp4')
  assert.equal(served.bytes.length, bytes.length)
  assert.ok(!served.bytes.includes('+52.5200'))
  assert.ok(served.bytes.includes(Buffer.alloc(64, 7)), 'its packets are as they were')
  const status = await gus.app.post<Status>('/api/v1/statuses', { status: 'sea', media_ids: [id] })
  const [attachment] = (await activityAt(status.uri))['attachment'] ?? []
  assert.deepEqual([attachment?.['mediaType'], attachment?.['duration']], ['video/mp4', `PT${duration}S`])
})

test('what the decoder refuses is refused with its reason, at once and later', async () => {
  const hal = await setting.withIdentity('hal')
  const broken = (await sharp(newPicture(300, 200)).jpeg().toBuffer()).subarray(0, 900)
  const refused = await hal.sends('/api/v2/media', [{ name: 'file', filename: 'a.jpg', bytes: broken }])
  assert.deepEqual([refused.status, error(refused)], [422, 'The picture is damaged and cannot be read.'])
  const film = Buffer.concat([Buffer.from('0000001866747970', 'hex'), Buffer.from('isom'), Buffer.alloc(300)])
  runner.pause('uploads')
  const taken = await hal.sends('/api/v2/media', [{ name: 'file', filename: 'a.mp4', bytes: film }])
  assert.equal(taken.status, 202)
  const { id } = taken.json() as unknown as MediaAttachment
  runner.resume('uploads')
  const later = await until('it is refused', async () => {
    const answer = await hal.app.ask(`/api/v1/media/${id}`)
    return answer.status === 206 ? null : answer
  })
  assert.deepEqual([later.status, error(later)], [422, 'The file has neither picture nor sound.'])
})

test('apps that are made of libraries upload as they do elsewhere', async () => {
  const local = await openUploadHome({ domain: null })
  const url = `http://${local.home.host}`
  const { token } = local.app
  const masto = createRestAPIClient({ url, accessToken: token ?? '' })
  const blob = (bytes: Buffer, type: string): Blob => new Blob([new Uint8Array(bytes)], { type })
  const picture = await masto.v2.media.create({ file: blob(newPicture(), 'image/png'), description: 'masto' })
  assert.equal(picture.description, 'masto')
  const changed = await masto.v1.media.$select(picture.id).update({ description: 'anew', focus: '0.5,0.5' })
  assert.deepEqual([changed.description, changed.meta?.focus], ['anew', { x: 0.5, y: 0.5 }])
  const film = await masto.v2.media.create({ file: blob(await videoOf({}), 'video/mp4') })
  assert.equal(film.type, 'gifv')
  const status = await masto.v1.statuses.create({ status: 'x', mediaIds: [picture.id] })
  const edited = await masto.v1.statuses.$select(status.id).update({
    status: 'x',
    mediaIds: [picture.id],
    mediaAttributes: [{ id: picture.id, description: 'third', focus: '0,0' }],
  })
  assert.equal(edited.mediaAttachments[0]?.description, 'third')
  const me = await masto.v1.accounts.updateCredentials({ avatar: blob(newPicture(), 'image/png') })
  assert.match(me.avatar, /\/media\//)
  const megalodon = generator('mastodon', url, token)
  const { data } = await megalodon.uploadMedia(Readable.from([newPicture()]), { description: 'megalodon' })
  assert.equal(data.description, 'megalodon')
  assert.equal((await megalodon.getMedia(data.id)).data.id, data.id)
  const many = await Promise.all(
    Array.from({ length: 4 }, async () => masto.v2.media.create({ file: blob(newPicture(), 'image/png') })),
  )
  assert.equal(new Set(many.map((one) => one.id)).size, 4)
})
