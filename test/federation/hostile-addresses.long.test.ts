/**
 * Addresses that lead inside: this machine, the private network, the home itself, in every spelling and in every place
 * where an address can stand. Two traps listen on loopback and must never be called.
 * @see security rules 13, 15, 22, 38, 39, 46
 */
import assert from 'node:assert/strict'
import { type AddressInfo, type Server, connect, createServer } from 'node:net'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { type FakeActor, FakePeer, PUBLIC } from '../support/fake-peer.ts'
import { HOME_HOST, PeeredHome } from '../support/peered-home.ts'
import type { Json } from '../support/http-client.ts'

let world: PeeredHome
const traps: Server[] = []
let port = 0
let calls = 0

before(async () => {
  const v4 = await openTrap('127.0.0.1', 0)
  ;({ port } = v4.address() as AddressInfo)
  await openTrap('::1', port).catch(() => undefined) // a machine without IPv6 has nothing to call there
  connect(port, '127.0.0.1').on('error', () => undefined)
  await once(v4, 'connection')
  assert.equal(calls, 1, 'a trap counts who calls')
  world = await PeeredHome.open({ strangers: 4 })
})
after(() => {
  for (const trap of traps) trap.close()
})

async function openTrap(address: string, at: number): Promise<Server> {
  const trap = createServer((socket) => {
    calls += 1
    socket.destroy()
  })
  trap.listen(at, address)
  await Promise.race([
    once(trap, 'listening'),
    once(trap, 'error').then(([error]) => Promise.reject(error as Error)),
  ])
  traps.push(trap)
  return trap
}

/** Names and numbers of this machine and of networks that are nobody's business. */
const INSIDE = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.255.255.254',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '017700000001',
  '１２７.０.０.１',
  '127。0。0。1',
  '0',
  '0.0.0.0',
  'localhost',
  'LOCALHOST',
  'localhost.',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::1]',
  '[2001:0:7f00:1::80ff:fffe]',
  '[fe80::1]',
  '[fc00::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[2001:db8::1]',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '[::ffff:a9fe:a9fe]',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
] as const

/** An actor that says it lives there, with an honest signature. */
function actorAt(host: string): FakeActor {
  const actor = new FakePeer({ host: `${host}:${port}` }).actor('eve')
  actor.rotateKey(world.friend.privateKey)
  return actor
}

/** Letters outside ASCII go over the wire as bytes. */
const asBytes = (headers: Readonly<Record<string, string>>): Record<string, string> => ({
  ...headers,
  signature: Buffer.from(headers['signature'] ?? '').toString('latin1'),
})

for (const host of INSIDE) {
  test(`nobody is called at ${host}`, async () => {
    const eve = actorAt(host)
    const callsBefore = calls
    // As a sender.
    await world.refuses([401, 403, 422], async () =>
      eve.sends(world.target, world.create(eve), { mangle: asBytes }),
    )
    // As something to be shown, in whole and by its id.
    for (const object of [
      `${eve.uri}/posts/1`,
      { id: `${eve.uri}/posts/1`, type: 'Note', attributedTo: eve.uri },
    ]) {
      const boost = world.friend.activity('Announce', { object, to: [PUBLIC] })
      const { status } = await world.friend.sends(world.target, boost)
      if (status === 202) assert.equal((await world.processed(boost.id)).state, 'dropped')
      else assert.equal(status, 422)
    }
    // As something that the owner pastes.
    for (const query of [eve.uri, `@eve@${host}:${port}`]) {
      const found = await world.owner.get(`/api/v2/search?resolve=true&q=${encodeURIComponent(query)}`)
      assert.deepEqual([...(found['accounts'] as Json), ...(found['statuses'] as Json)], [], query)
    }
    assert.equal(calls, callsBefore, 'the trap was called')
    const strays = await world.db.selectFrom('actors').select('uri').where('username', '=', 'eve').execute()
    assert.deepEqual(strays, [])
  })
}

/** Every way to write the name of the home. */
const OURSELVES = [HOME_HOST, HOME_HOST.toUpperCase(), `${HOME_HOST}.`, `${HOME_HOST}:443`]
for (const host of OURSELVES) {
  test(`the home neither believes nor asks itself as ${host}`, async () => {
    const eve = new FakePeer({ host }).actor('eve')
    eve.rotateKey(world.friend.privateKey)
    await world.refuses([401, 403], async () => eve.sends(world.target, world.create(eve)))
    const boost = world.friend.announce(`https://${host}/ap/posts/42`)
    await world.drops(boost, async () => world.friend.sends(world.target, boost))
  })
}

test('nothing that a post names is fetched: addressees, mentions, pictures, contexts, threads of strangers', async () => {
  const there = (world.stranger().peer as FakePeer).origin
  const uris = Array.from({ length: 60 }, (_, n) => `${there}/users/u${n}`)
  const note = world.friend.note({
    content: `named <img src="${there}/pixel.png"> <a href="${there}/page">page</a>`,
    to: [PUBLIC, ...uris],
    cc: uris.map((uri) => `${uri}/followers`),
    tag: [
      ...uris.slice(0, 30).map((href, n) => ({ type: 'Mention', href, name: `@u${n}` })),
      { type: 'Emoji', name: ':e:', icon: { type: 'Image', url: `${there}/e.png` } },
    ],
    attachment: [{ type: 'Document', mediaType: 'image/png', url: `${there}/picture.png` }],
    url: `${there}/page`,
    context: `${there}/context`,
    conversation: `${there}/conversation`,
    replies: `${there}/replies`,
  })
  const activity = {
    ...world.friend.create(note),
    '@context': [`${there}/ns`, { '@import': `${there}/import` }],
  }
  await world.quiet()
  const asked = world.requests().length
  assert.equal((await world.friend.sends(world.target, activity)).status, 202)
  await world.shows('named ')
  await world.quiet()
  assert.deepEqual(world.requests().slice(asked), [])
})

test('what is sent out goes to no inbox on another server, and follows no redirect', async () => {
  const [eve, ted] = [world.stranger('eavesdropper'), world.stranger('turned')]
  const { friendPeer, friend } = world
  eve.overrides = { endpoints: { sharedInbox: `${friendPeer.origin}/elsewhere` } }
  const turned = ted.peer as FakePeer
  turned.inboxAnswer = () => ({ status: 307, headers: { location: `${friendPeer.origin}/elsewhere` } })
  for (const actor of [eve, ted]) {
    await world.takes(actor, actor.follow(world.me.uri))
  }
  await world.takes(friend, friend.follow(world.me.uri))
  await world.owner.writes('for those who follow', { visibility: 'private' })
  await eve.inbox.waitFor(({ type }) => type === 'Create')
  await friendPeer.sharedInbox.waitFor(({ type }) => type === 'Create')
  await world.quiet()
  assert.ok(turned.requests.some(({ method, path }) => method === 'POST' && path === '/inbox'))
  assert.deepEqual(
    friendPeer.requests.filter(({ path }) => path === '/elsewhere'),
    [],
  )
})
