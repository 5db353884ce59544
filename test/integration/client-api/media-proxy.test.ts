import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import type { Account } from '../../../server/contracts/account.ts'
import { defaultImage } from '../../../server/domain/media/default-images.ts'
import type { ProxyKind } from '../../../server/domain/media/media-urls.ts'
import { placeholderOf } from '../../../server/domain/media/placeholders.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { pauseWork, resumeWork, setWorkShare } from '../../../server/domain/owner/switches.ts'
import { itemKey } from '../../../server/domain/remote-media/media-shapes.ts'
import { addToTimelines } from '../../../server/domain/timelines/add-to-timelines.ts'
import { createRunner } from '../../../server/stator/runner.ts'
import { droppedMedia } from '../../../server/workers/media-sweeps.ts'
import { allGraphWork } from '../../../server/workers/registry.ts'
import { filmOf, openMediaScene } from '../../support/media-scene.ts'
import { pngOf } from '../../support/pictures.ts'
import { until } from '../../support/until.ts'

const PNG = defaultImage('/avatars/original/bird-3.png') ?? Buffer.alloc(0)
const FOREVER = 'public, max-age=31536000, immutable'

const nowMs = { value: Date.now() }
const clock = { now: () => new Date(nowMs.value), monotonicMs: () => performance.now() }
const scene = await openMediaScene({ clock })
const { home, peer } = scene
const get = scene.get.bind(scene)

test('an avatar of elsewhere is fetched once for any number of readers, made small, and served under our name', async () => {
  const large = pngOf(900, 600, [250, 20, 30], [10, 20, 240])
  const avatar = await scene.avatarOf('ben', large)
  const answers = await Promise.all(Array.from({ length: 12 }, async () => get(avatar)))
  const { bytes, headers } = answers[0] ?? (await get(avatar))
  for (const answer of answers) assert.deepEqual([answer.status, answer.bytes], [200, bytes])
  assert.equal(scene.asked('/ben.png'), 1)
  const { format, width, height } = await sharp(bytes).metadata()
  assert.deepEqual([format, width, height], ['webp', 400, 400])
  assert.equal(headers['content-type'], 'image/webp')
  assert.equal(headers['cache-control'], FOREVER)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.match(String(headers['content-security-policy']), /sandbox/)
  const etag = String(headers.etag)
  assert.match(etag, /^"/)
  assert.equal((await get(avatar, { headers: { 'if-none-match': `W/${etag}` } })).status, 304)
  const part = await get(avatar, { headers: { range: 'bytes=0-7' } })
  assert.deepEqual([part.status, part.bytes], [206, bytes.subarray(0, 8)])
  assert.equal(part.headers['content-range'], `bytes 0-7/${bytes.length}`)
  assert.equal((await get(avatar, { headers: { range: 'bytes=9999999-' } })).status, 416)
  const head = await get(avatar, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers['content-length']], [200, String(bytes.length)])
  const before = home.statementCount()
  await get(avatar)
  assert.equal(home.statementCount(), before, 'what is kept costs no statement')
})

test('nobody can make an address up, and a changed picture has another one', async () => {
  const avatar = await scene.avatarOf('eve', PNG)
  const [, , kind = '', id = '', mac = ''] = new URL(avatar).pathname.split('/')
  const forged = [
    `/proxy/${kind}/${id}/${'A'.repeat(22)}`,
    `/proxy/${kind}/${id}/${mac}x`,
    `/proxy/header/${id}/${mac}`,
    `/proxy/${kind}/${home.ana.id}/${mac}`,
    `/proxy/${kind}/1;drop/${mac}`,
    `/proxy/other/${id}/${mac}`,
  ]
  for (const path of forged) {
    const answer = await home.ask(path)
    assert.equal(answer.status, 404, path)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.match(String(answer.headers['content-type']), /json/)
  }
  await home.db
    .updateTable('actors')
    .set({ icon_url: `https://${peer.host}/new.png` })
    .where('id', '=', id)
    .execute()
  assert.equal((await get(avatar)).status, 404)
  const account = await home.stranger().get<Account>(`/api/v1/accounts/${id}`)
  assert.notEqual(account.avatar, avatar)
  assert.equal(scene.asked('/eve.png'), 0)
})

test('only pictures come through, whatever the other side calls them; else a placeholder that nobody keeps', async () => {
  const page = Buffer.from('<!doctype html><script>alert(document.domain)</script>'.padEnd(100))
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'.padEnd(100))
  const json = Buffer.from('{"type":"Create"}'.padEnd(100))
  const film = filmOf(1_000)
  for (const [index, bytes] of [page, svg, json, film, Buffer.alloc(0)].entries()) {
    const answer = await get(await scene.avatarOf(`evil${index}`, bytes))
    assert.deepEqual([answer.status, answer.headers['content-type']], [404, 'image/png'], String(index))
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.equal(answer.headers.etag, undefined)
    assert.deepEqual(answer.bytes, placeholderOf('avatar'))
  }
  const mislabelled = await get(await scene.avatarOf('mislabelled', PNG, 'text/html'))
  assert.deepEqual([mislabelled.status, mislabelled.headers['content-type']], [200, 'image/webp'])
})

test('a picture with more pixels than anybody should decode is refused by its first bytes', async () => {
  const bomb = pngOf(4, 4, [1, 2, 3], [4, 5, 6])
  bomb.writeUInt32BE(50_000, 16)
  scene.serves('/bomb.png', bomb)
  assert.equal((await get(await scene.avatarAt('/bomb.png'))).status, 404)
  const shown = await get(await scene.attachmentAt('/bomb.png', 'image'))
  assert.deepEqual([shown.status, shown.bytes], [404, placeholderOf('attachment')])
})

test('what cannot be had is not asked for again before its time, longer each time, until it can be had', async () => {
  const path = '/late.png'
  peer.answers(path, () => ({ status: 404 }))
  const avatar = await scene.avatarAt(path)
  const wait = async (): Promise<number> => {
    const row = await home.db
      .selectFrom('failed_media')
      .selectAll()
      .orderBy('failed_at', 'desc')
      .executeTakeFirstOrThrow()
    return (row.retry_at.getTime() - row.failed_at.getTime()) / 1_000
  }
  for (let count = 0; count < 3; count += 1) assert.equal((await get(avatar)).status, 404)
  assert.deepEqual([scene.asked(path), await wait()], [1, 300])
  nowMs.value += 301_000
  await get(avatar)
  await get(avatar)
  assert.deepEqual([scene.asked(path), await wait()], [2, 600])
  // The window reloads, which nobody but the owner can: it is asked once more, and not again at once.
  const reload = { headers: { 'cache-control': 'no-cache' } }
  await home.askPrivate(new URL(avatar).pathname, reload)
  await home.askPrivate(new URL(avatar).pathname, reload)
  await get(avatar, reload)
  assert.deepEqual([scene.asked(path), await wait()], [3, 1_200])
  scene.serves(path, PNG)
  nowMs.value += 1_201_000
  assert.equal((await get(avatar)).status, 200)
  const { count } = await home.db
    .selectFrom('failed_media')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('status', '=', 404)
    .executeTakeFirstOrThrow()
  assert.equal(count, '0')
})

test('a film that is gone is told as gone, one whose server fails as such', async () => {
  const gone = await get(await scene.filmAt('/gone.mp4', () => ({ status: 410 })))
  const broken = await get(await scene.filmAt('/broken.mp4', () => ({ status: 500 })))
  const page = await get(await scene.filmAt('/page.mp4', () => ({ body: '<html>'.padEnd(100) })))
  assert.deepEqual([gone.status, broken.status, page.status], [404, 502, 502])
  for (const answer of [gone, broken, page]) {
    assert.match(String(answer.headers['content-type']), /json/)
    assert.equal(answer.headers['cache-control'], 'no-store')
  }
})

test('attachments and emojis of a post lead through the proxy and nowhere else', async () => {
  for (const path of ['/a.png', '/blob.png']) scene.serves(path, PNG)
  const status = await scene.post({
    images: [`https://${peer.host}/a.png`],
    emojis: [{ shortcode: 'blob', url: `https://${peer.host}/blob.png` }],
  })
  const [image] = status.media_attachments
  assert.deepEqual(image?.meta?.original, { width: 800, height: 600, size: '800x600', aspect: 800 / 600 })
  assert.equal(image.remote_url, `https://${peer.host}/a.png`)
  const addresses = [image.url ?? '', image.preview_url ?? '', status.emojis[0]?.url ?? '']
  for (const address of addresses) {
    assert.match(address, /^https:\/\/home\.example\/proxy\//)
    assert.equal((await get(address)).status, 200, address)
  }
  // What is looked at closely passes as it is.
  assert.deepEqual((await get(image.url ?? '')).bytes, PNG)
})

test('a film plays from anywhere before it is here, and afterwards without its server', async () => {
  const film = filmOf(3 * 1_048_576)
  const size = film.length
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const url = await scene.filmAt('/film.mp4', () => ({
    headers: { 'content-type': 'video/mp4', 'content-length': String(size), etag: '"v1"' },
    write: (response) => {
      response.write(film.subarray(0, size / 2))
      void held.then(() => response.end(film.subarray(size / 2)))
    },
  }))
  // The beginning is there while the end is not; nobody waits for it, and nobody causes a second fetch.
  const first = await get(url, { headers: { range: 'bytes=0-999' } })
  assert.deepEqual([first.status, first.bytes.equals(film.subarray(0, 1_000))], [206, true])
  assert.equal(first.headers['content-range'], `bytes 0-999/${size}`)
  const late = get(url, { headers: { range: `bytes=${size - 500}-` } })
  const whole = get(url)
  release()
  const [tail, all] = await Promise.all([late, whole])
  assert.deepEqual([tail.status, tail.bytes.equals(film.subarray(size - 500))], [206, true])
  assert.deepEqual([all.status, all.bytes.equals(film)], [200, true])
  assert.equal(all.headers['content-length'], String(size))
  await until('it is kept', async () => (await home.context.caches.media.stats()).items === 2)
  const etag = String(first.headers.etag)
  const suffix = await get(url, { headers: { range: 'bytes=-10', 'if-range': etag } })
  assert.deepEqual([suffix.status, suffix.bytes.equals(film.subarray(size - 10))], [206, true])
  assert.equal(suffix.headers.etag, etag)
  const other = await get(url, { headers: { range: 'bytes=-10', 'if-range': '"another"' } })
  assert.deepEqual([other.status, other.bytes.length], [200, size])
  const beyond = await get(url, { headers: { range: `bytes=${size}-` } })
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, `bytes */${size}`])
  assert.equal(beyond.headers['cache-control'], 'no-store')
  assert.equal(scene.asked('/film.mp4'), 1)
})

test('of a film whose server tells no size, parts are rightly told too', async () => {
  const film = filmOf(400_000)
  const url = await scene.filmAt('/unsized.mp4', () => ({
    headers: { 'content-type': 'video/mp4' },
    write: (response) => {
      response.write(film.subarray(0, 1_000))
      setImmediate(() => response.end(film.subarray(1_000)))
    },
  }))
  const [part, whole] = await Promise.all([get(url, { headers: { range: 'bytes=100-199' } }), get(url)])
  assert.deepEqual([part.status, part.headers['content-range']], [206, 'bytes 100-199/400000'])
  assert.ok(part.bytes.equals(film.subarray(100, 200)) && whole.bytes.equals(film))
  assert.equal(scene.asked('/unsized.mp4'), 1)
})

test('a file that ends before its time reaches nobody as whole and is not kept', async () => {
  const film = filmOf(600_000)
  const url = await scene.filmAt('/cut.mp4', () => ({
    headers: { 'content-type': 'video/mp4', 'content-length': '600000' },
    write: (response) => {
      response.write(film.subarray(0, 300_000))
      setTimeout(() => response.destroy(), 50)
    },
  }))
  await assert.rejects(get(url), /aborted|ECONNRESET|hang up/)
  const again = await get(url)
  assert.equal(again.status, 502, 'it is known to fail now')
})

test('what lies with a blocked domain is not there any more', async () => {
  const avatar = await scene.avatarOf('blocked', PNG)
  assert.equal((await get(avatar)).status, 200)
  await home.db.insertInto('domain_blocks').values({ domain: peer.host, comment: '', is_own: true }).execute()
  await home.home.refresh()
  assert.equal((await get(avatar)).status, 404)
  await home.db.deleteFrom('domain_blocks').execute()
  await home.home.refresh()
  assert.equal((await get(avatar)).status, 200)
})

const keptAs = async (cache: 'media' | 'avatars', kind: ProxyKind, path: string): Promise<boolean> =>
  (await home.context.caches[cache].find(itemKey({ kind, url: `https://${peer.host}${path}` }))) !== null

test('what is blocked or deleted later goes out of the caches too', async () => {
  const film = filmOf(5_000)
  const url = await scene.filmAt('/regretted.mp4', () => ({
    headers: { 'content-length': '5000' },
    body: film,
  }))
  await get(url)
  await get(await scene.avatarOf('regretted', PNG))
  await until('both are kept', async () => keptAs('media', 'attachment', '/regretted.mp4'))
  assert.ok(await keptAs('avatars', 'avatar', '/regretted.png'))
  await home.db.deleteFrom('attachments').where('remote_url', 'like', '%/regretted.mp4').execute()
  await home.db.insertInto('domain_blocks').values({ domain: peer.host, comment: '', is_own: true }).execute()
  const sweep = droppedMedia(home.context)
  while ((await sweep.run(home.db, 500)) > 0);
  assert.equal(await keptAs('media', 'attachment', '/regretted.mp4'), false)
  assert.equal(await keptAs('avatars', 'avatar', '/regretted.png'), false)
  await home.db.deleteFrom('domain_blocks').execute()
  await home.home.refresh()
})

const work = (config = home.context.config) => {
  const parts = { ...home.context, config }
  return createRunner({
    ...parts,
    graphs: allGraphWork(parts).filter(({ graph }) => graph.table === 'timeline_pictures'),
    concurrency: 4,
    concurrencyPerModel: 4,
    concurrencyPerHost: 4,
  })
}

async function comesHome(name: string, publishedAt = new Date()): Promise<void> {
  for (const path of [`/${name}.png`, `/${name}-a.png`, `/${name}-b.png`, `/${name}-c.png`])
    scene.serves(path, PNG)
  const at = (path: string): string => `https://${peer.host}${path}`
  const author = await home.others.actor(name, { icon_url: at(`/${name}.png`) })
  await home.others.follow(home.ana, author)
  const post = await home.others.post(author, {
    publishedAt,
    images: [at(`/${name}-a.png`), at(`/${name}-b.png`)],
    emojis: [{ shortcode: 'wave', url: at(`/${name}-c.png`) }],
  })
  await home.db
    .updateTable('attachments')
    .set({ kind: 'video' })
    .where('remote_url', '=', at(`/${name}-b.png`))
    .execute()
  await inTransaction(home.db, async (tx) => addToTimelines(tx, [post.id]))
}

test('what comes into the home timeline has its pictures here before it is read, films aside', async () => {
  await comesHome('early')
  await comesHome('ancient', new Date(Date.now() - 3 * 86_400_000))
  await work().runUntilIdle({ dueWithinSeconds: 10 })
  assert.deepEqual(
    peer
      .paths()
      .filter((path) => /early|ancient/.test(path))
      .toSorted(),
    ['/early-a.png', '/early-c.png', '/early.png'],
  )
  assert.ok(await keptAs('avatars', 'avatar', '/early.png'))
  assert.ok(await keptAs('avatars', 'emoji', '/early-c.png'))
  assert.ok(await keptAs('media', 'attachment', '/early-a.png'))
  const { state } = await home.db.selectFrom('timeline_pictures').select('state').executeTakeFirstOrThrow()
  assert.equal(state, 'fetched')
})

test('nothing is fetched ahead where the owner says so, while all is paused, or on a line that is to be spared', async () => {
  const states = async (config = home.context.config): Promise<string[]> => {
    await home.db.deleteFrom('timeline_pictures').execute()
    await comesHome(`kept${peer.paths().length}x${Math.random().toString(36).slice(2)}`)
    const before = peer.paths().length
    await work(config).runUntilIdle({ dueWithinSeconds: 10 })
    assert.equal(peer.paths().length, before)
    const rows = await home.db.selectFrom('timeline_pictures').select('state').execute()
    return rows.map(({ state }) => state)
  }
  assert.deepEqual(await states({ ...home.context.config, prefetch: false }), ['skipped'])
  await pauseWork(home.db, null, new Date())
  await home.home.refresh()
  assert.deepEqual(await states(), ['skipped'])
  await resumeWork(home.db, new Date())
  await setWorkShare(home.db, 0.25)
  await home.home.refresh()
  assert.deepEqual(await states(), ['skipped'])
})

test('who has no picture gets a drawn one', async () => {
  const { avatar, header } = await home.stranger().get<Account>(`/api/v1/accounts/${home.ana.id}`)
  for (const address of [avatar, header]) {
    const answer = await home.ask(new URL(address).pathname)
    assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'image/png'])
    assert.deepEqual(answer.bytes.subarray(1, 4).toString(), 'PNG')
  }
  assert.equal((await home.ask('/avatars/original/bird-99.png')).status, 404)
})
