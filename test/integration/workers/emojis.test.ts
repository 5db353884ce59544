/** Custom emoji on their way from a tag to a picture that may be shown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultImage } from '../../../server/domain/media/default-images.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const PNG = defaultImage('/avatars/original/bird-3.png') ?? Buffer.alloc(0)

const peer = await openFakePeer()
const cdn = await openFakePeer(undefined, { host: 'cdn.example' })
const home = await openFederationHome({ peers: [peer, cdn] })
const ana = peer.actor('ana')
await home.follows(ana)

const tagOf = (name: string, url: string, updated?: string) => ({
  type: 'Emoji',
  name: `:${name}:`,
  updated,
  icon: { type: 'Image', url },
})

const emojiCalled = async (shortcode: string) =>
  home.db.selectFrom('emojis').selectAll().where('shortcode', '=', shortcode).executeTakeFirst()

function serves(
  at: FakePeer,
  path: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): string {
  at.answers(path, () => ({ status: 200, headers: { 'content-type': 'image/png', ...headers }, body }))
  return `${at.origin}${path}`
}

/** Somebody reacts with these, so that their pictures are going to be shown. */
async function reactsWith(tag: readonly { readonly name: string }[]): Promise<void> {
  const own = await home.writes('react')
  for (const one of tag) {
    await home.takes(ana, ana.activity('EmojiReact', { object: own.uri, content: one.name, tag: [one] }))
  }
  await home.work()
}

const asked = (path: string): number =>
  [peer, cdn].flatMap((one) => one.paths()).filter((one) => one === path).length

test('emoji of posts and profiles are known, and looked at once, when somebody reacts with them', async () => {
  const url = serves(cdn, '/blob.png', PNG)
  const tag = [tagOf('blob', url)]
  const note = ana.note({ content: '<p>:blob: :blob:</p>', tag })
  await home.takes(ana, ana.create(note), ana.create(ana.note({ content: '<p>:blob:</p>', tag })))
  await home.work()
  assert.deepEqual([(await emojiCalled('blob'))?.state, asked('/blob.png')], ['known', 0])
  await reactsWith(tag)
  const emoji = await emojiCalled('blob')
  assert.deepEqual(
    [emoji?.host, emoji?.image_host, emoji?.is_confirmed, emoji?.state],
    ['peer.example', 'cdn.example', true, 'updated'],
  )
  const bea = peer.actor('bea')
  bea.overrides = { name: 'Bea :bow:', tag: [tagOf('bow', serves(peer, '/bow.png', PNG))] }
  await home.follows(bea)
  await reactsWith(tag)
  assert.equal((await emojiCalled('bow'))?.state, 'known')
  assert.equal(asked('/blob.png'), 1)
})

test('a picture that has moved or was changed is looked at again, and an old post changes nothing', async () => {
  const first = serves(peer, '/cup-1.png', PNG)
  const second = serves(peer, '/cup-2.png', PNG)
  const says = async (url: string, updated: string): Promise<void> => {
    await home.takes(
      ana,
      ana.create(ana.note({ content: '<p>:cup:</p>', tag: [tagOf('cup', url, updated)] })),
    )
    await home.work()
  }
  await reactsWith([tagOf('cup', first, '2024-01-01T00:00:00Z')])
  await says(second, '2024-02-01T00:00:00Z')
  await says(first, '2024-01-01T00:00:00Z')
  assert.equal((await emojiCalled('cup'))?.url, second)
  await says(second, '2024-03-01T00:00:00Z')
  assert.deepEqual([asked('/cup-1.png'), asked('/cup-2.png')], [1, 2])
  assert.equal((await emojiCalled('cup'))?.state, 'updated')
})

test('what is no small picture is unusable, and says why', async () => {
  const large = Buffer.concat([PNG, Buffer.alloc(100_001)])
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
  const chunked = { 'transfer-encoding': 'chunked' }
  const pictures: Record<string, string> = {
    svg: serves(peer, '/e.svg', svg, { 'content-type': 'image/svg+xml' }),
    page: serves(peer, '/e.html', '<!doctype html><title>no picture</title><p>at all</p>'),
    large: serves(peer, '/large.png', large),
    endless: serves(peer, '/endless.png', large, chunked),
    empty: serves(peer, '/empty.png', ''),
    gone: `${peer.origin}/gone.png`,
    private: 'https://127.0.0.1/e.png',
    ours: 'https://home.example/media/e.png',
  }
  peer.answers('/gone.png', () => ({ status: 410 }))
  const tag = Object.entries(pictures).map(([name, url]) => tagOf(name, url))
  await reactsWith(tag)
  for (const name of Object.keys(pictures)) {
    const emoji = await emojiCalled(name)
    assert.equal(emoji?.state, 'unusable', `${name}: ${emoji?.state_error}`)
    assert.ok(emoji?.state_error, name)
  }
})

test('a server that is down is asked again later, one that is blocked is not asked', async () => {
  peer.answers('/down.png', () => ({ status: 503 }))
  await reactsWith([tagOf('down', `${peer.origin}/down.png`)])
  const down = await emojiCalled('down')
  assert.equal(down?.state, 'outdated')
  assert.match(down?.state_error ?? '', /503/)
  assert.ok((down?.state_next_attempt_at?.getTime() ?? 0) > Date.now() + 200_000)
  await home.db.insertInto('domain_blocks').values({ domain: 'cdn.example' }).execute()
  await home.context.home.refresh()
  const url = serves(cdn, '/blocked.png', PNG)
  await reactsWith([tagOf('blocked', url)])
  assert.equal((await emojiCalled('blocked'))?.state, 'unusable')
  assert.equal(asked('/blocked.png'), 0)
})
