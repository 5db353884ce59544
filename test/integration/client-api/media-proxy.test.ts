import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account } from '../../../server/contracts/account.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { defaultImage } from '../../../server/domain/media/default-images.ts'
import { type ApiHome, openApiHome } from '../../support/api-home.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import type { PlainAnswer, PlainRequest } from '../../support/http-client.ts'

const PNG = defaultImage('/avatars/original/bird-3.png') ?? Buffer.alloc(0)

interface Scene {
  readonly home: ApiHome
  readonly peer: FakePeer
  readonly get: (url: string, request?: PlainRequest) => Promise<PlainAnswer>
  /** The proxied address of an avatar whose origin answers this. */
  readonly avatarOf: (name: string, body: Buffer, type?: string) => Promise<string>
}

async function setScene(t: Parameters<typeof openFakePeer>[0]): Promise<Scene> {
  const peer = await openFakePeer(t)
  const home = await openApiHome({ peers: [peer] })
  const get = async (url: string, request?: PlainRequest): Promise<PlainAnswer> =>
    home.ask(new URL(url).pathname, request)
  const avatarOf = async (name: string, body: Buffer, type = 'image/png'): Promise<string> => {
    peer.answers(`/${name}.png`, () => ({ status: 200, headers: { 'content-type': type }, body }))
    const icon = `https://${peer.host}/${name}.png`
    const actor = await home.others.actor(name, { icon_url: icon })
    return (await home.stranger().get<Account>(`/api/v1/accounts/${actor.id}`)).avatar
  }
  return { home, peer, get, avatarOf }
}

test('an avatar of elsewhere is fetched once for any number of readers, and served under our name', async (t) => {
  const { peer, get, avatarOf } = await setScene(t)
  const avatar = await avatarOf('ben', PNG)
  const answers = await Promise.all(Array.from({ length: 12 }, async () => get(avatar)))
  for (const answer of answers) {
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.bytes, PNG)
  }
  assert.deepEqual(peer.paths(), ['/ben.png'])
  const headers = answers[0]?.headers ?? {}
  assert.equal(headers['content-type'], 'image/png')
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.match(String(headers['content-security-policy']), /sandbox/)
  const etag = String(headers.etag)
  assert.match(etag, /^"/)
  assert.equal((await get(avatar, { headers: { 'if-none-match': `W/${etag}` } })).status, 304)
  const part = await get(avatar, { headers: { range: 'bytes=0-7' } })
  assert.deepEqual([part.status, part.bytes], [206, PNG.subarray(0, 8)])
  assert.equal(part.headers['content-range'], `bytes 0-7/${PNG.length}`)
  assert.equal((await get(avatar, { headers: { range: 'bytes=9999999-' } })).status, 416)
})

test('nobody can make an address up, and a changed picture has another one', async (t) => {
  const { home, peer, get, avatarOf } = await setScene(t)
  const avatar = await avatarOf('ben', PNG)
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
  }
  await home.db
    .updateTable('actors')
    .set({ icon_url: `https://${peer.host}/new.png` })
    .where('id', '=', id)
    .execute()
  assert.equal((await get(avatar)).status, 404)
  const account = await home.stranger().get<Account>(`/api/v1/accounts/${id}`)
  assert.notEqual(account.avatar, avatar)
  assert.deepEqual(peer.paths(), [])
})

test('only pictures come through, whatever the other side calls them', async (t) => {
  const { get, avatarOf } = await setScene(t)
  const page = Buffer.from('<!doctype html><script>alert(document.domain)</script>'.padEnd(100))
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'.padEnd(100))
  const json = Buffer.from('{"type":"Create"}'.padEnd(100))
  for (const [index, bytes] of [page, svg, json, Buffer.alloc(0)].entries()) {
    const answer = await get(await avatarOf(`evil${index}`, bytes))
    assert.ok(answer.status >= 400, String(answer.status))
    assert.match(String(answer.headers['content-type']), /json/)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.doesNotMatch(answer.text(), /alert/)
  }
  const mislabelled = await get(await avatarOf('mislabelled', PNG, 'text/html'))
  assert.deepEqual([mislabelled.status, mislabelled.headers['content-type']], [200, 'image/png'])
})

test('a picture that cannot be had is not asked for again at once', async (t) => {
  const { home, peer, get } = await setScene(t)
  peer.answers('/gone.png', () => ({ status: 404 }))
  const actor = await home.others.actor('gone', { icon_url: `https://${peer.host}/gone.png` })
  const { avatar } = await home.stranger().get<Account>(`/api/v1/accounts/${actor.id}`)
  for (let count = 0; count < 3; count += 1) assert.ok((await get(avatar)).status >= 400)
  assert.deepEqual(peer.paths(), ['/gone.png'])
})

test('attachments and emojis of a post lead through the proxy and nowhere else', async (t) => {
  const { home, peer, get } = await setScene(t)
  const ben = await home.others.actor('ben')
  for (const path of ['/a.png', '/blob.png']) {
    peer.answers(path, () => ({ status: 200, headers: { 'content-type': 'image/png' }, body: PNG }))
  }
  const post = await home.others.post(ben, {
    images: [`https://${peer.host}/a.png`],
    emojis: [{ shortcode: 'blob', url: `https://${peer.host}/blob.png` }],
  })
  const status = await home.stranger().get<Status>(`/api/v1/statuses/${post.id}`)
  const [image] = status.media_attachments
  assert.deepEqual(image?.meta?.original, { width: 800, height: 600, size: '800x600', aspect: 800 / 600 })
  assert.equal(image.remote_url, `https://${peer.host}/a.png`)
  const addresses = [image.url ?? '', image.preview_url ?? '', status.emojis[0]?.url ?? '']
  for (const address of addresses) {
    assert.match(address, /^https:\/\/home\.example\/proxy\//)
    const answer = await get(address)
    assert.equal(answer.status, 200, answer.text())
    assert.deepEqual(answer.bytes, PNG)
  }
})

test('a large file passes through without being gathered first', async (t) => {
  const { home, peer, get } = await setScene(t)
  const video = Buffer.concat([
    Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'),
    Buffer.alloc(9 * 1_048_576, 7),
  ])
  peer.answers('/film.mp4', () => ({ status: 200, headers: { 'content-type': 'video/mp4' }, body: video }))
  const ben = await home.others.actor('ben')
  const post = await home.others.post(ben, { images: [`https://${peer.host}/film.mp4`] })
  const status = await home.stranger().get<Status>(`/api/v1/statuses/${post.id}`)
  const answer = await get(status.media_attachments[0]?.url ?? '')
  assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'video/mp4'])
  assert.ok(answer.bytes.equals(video))
})

test('who has no picture gets a drawn one', async () => {
  const home = await openApiHome()
  const { avatar, header } = await home.stranger().get<Account>(`/api/v1/accounts/${home.ana.id}`)
  for (const address of [avatar, header]) {
    const answer = await home.ask(new URL(address).pathname)
    assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'image/png'])
    assert.deepEqual(answer.bytes.subarray(1, 4).toString(), 'PNG')
  }
  assert.equal((await home.ask('/avatars/original/bird-99.png')).status, 404)
})
