/**
 * Signatures that hold, made with keys that prove nothing: of somebody else, moved, weak, or kept where they cannot be
 * read. Each sender is on a server that the home has never heard of; a good one is seen (the last tests).
 * @see security rules 5, 9 to 13, 28, 40 to 46
 */
import assert from 'node:assert/strict'
import { type KeyObject, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { SendOptions } from '../support/fake-peer-actor.ts'
import type { FakeActor, FakePeer, PeerAnswer, ScriptedAnswer } from '../support/fake-peer.ts'
import { HOME_HOST, PeeredHome } from '../support/peered-home.ts'

let world: PeeredHome
before(async () => {
  world = await PeeredHome.open({ strangers: 50 })
})

const pemOf = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
const rsa = (bits: number): KeyObject => generateKeyPairSync('rsa', { modulusLength: bits }).privateKey

/** The server of an actor, which only the actor knows. */
const serverOf = (actor: FakeActor): FakePeer => actor.peer as FakePeer

async function sends(actor: FakeActor, options: SendOptions = {}): Promise<PeerAnswer> {
  return actor.sends(world.target, world.create(actor), options)
}

/** Answers the address of the actor, where its key is, otherwise. */
function strangerAnswering(answer: (eve: FakeActor) => ScriptedAnswer): FakeActor {
  const eve = world.stranger()
  serverOf(eve).answers('/users/eve', () => answer(eve))
  return eve
}

test('refused: the key of another host, which never even learns of it', async () => {
  const eve = world.stranger()
  const { privateKey, keyUri } = eve
  await world.refuses(403, async () => sends(world.friend, { key: { privateKey, keyUri } }))
})

test('refused: the key of somebody else on the same host', async () => {
  const mallory = world.friendPeer.actor('mallory')
  const { privateKey, keyUri } = mallory
  await world.refuses(403, async () => sends(world.friend, { key: { privateKey, keyUri } }), {
    asks: ['/users/mallory'],
  })
})

test('refused: a known key used for somebody else on the same host', async () => {
  const { privateKey, keyUri } = world.friend
  const mallory = world.friendPeer.actor('mallory')
  await world.refuses(403, async () => sends(mallory, { key: { privateKey, keyUri } }))
})

test('refused: a key document that names an owner elsewhere', async () => {
  const eve = world.stranger('eve', { ownKeyDocument: true })
  serverOf(eve).answers('/users/eve/main-key', () => ({
    body: { ...eve.keyDocument(), owner: world.friend.uri },
  }))
  await world.refuses(401, async () => sends(eve), { asks: ['/users/eve/main-key'] })
})

test('refused: a key document that names an owner who does not list the key', async () => {
  const eve = world.stranger('eve', { ownKeyDocument: true })
  const other = { id: `${eve.uri}#other`, owner: eve.uri, publicKeyPem: pemOf(eve.privateKey) }
  eve.overrides = { publicKey: other }
  await world.refuses(401, async () => sends(eve), { asks: ['/users/eve/main-key', '/users/eve'] })
})

test('refused: a key document with another key than its owner publishes', async () => {
  const eve = world.stranger('eve', { ownKeyDocument: true })
  const privateKey = rsa(2048)
  const publicKeyPem = pemOf(privateKey)
  serverOf(eve).answers('/users/eve/main-key', () => ({ body: { ...eve.keyDocument(), publicKeyPem } }))
  await world.refuses(401, async () => sends(eve, { key: { privateKey } }), {
    asks: ['/users/eve/main-key', '/users/eve'],
  })
})

test('refused: a key whose owner it names is another than the actor that holds it', async () => {
  const eve = world.stranger()
  const { id, publicKeyPem } = eve.document()['publicKey'] as Record<string, string>
  eve.overrides = { publicKey: { id, publicKeyPem, owner: `${serverOf(eve).origin}/users/mallory` } }
  await world.refuses(401, async () => sends(eve), { asks: ['/users/eve', '/users/mallory'] })
})

/** Publishes the key of a known actor as that of somebody else on the same server. */
async function movedKey(): Promise<{ eve: FakeActor; mallory: FakeActor; asks: readonly string[] }> {
  const eve = world.stranger()
  assert.equal((await sends(eve)).status, 202)
  await world.quiet()
  const mallory = serverOf(eve).actor('mallory')
  mallory.rotateKey(rsa(2048))
  const { publicKeyPem } = mallory.document()['publicKey'] as Record<string, string>
  const moved = { id: eve.keyUri, owner: mallory.uri, publicKeyPem }
  mallory.overrides = { publicKey: moved }
  eve.overrides = { publicKey: moved }
  return { eve, mallory, asks: ['/users/eve', '/users/mallory'] }
}

test('refused: a known key id that has moved to somebody else', async () => {
  const { eve, mallory, asks } = await movedKey()
  const { keyUri } = eve
  await world.refuses(401, async () => sends(mallory, { key: { keyUri } }), { asks })
  const { privateKey } = mallory
  await world.refuses(401, async () => sends(eve, { key: { privateKey } }), { asks })
})

test('refused: a key id that has moved, although its first owner was read anew in between', async () => {
  const { eve, mallory, asks } = await movedKey()
  assert.equal((await eve.sends(world.target, eve.update(eve.document()))).status, 202)
  await world.quiet()
  const { keyUri } = eve
  await world.refuses(401, async () => sends(mallory, { key: { keyUri } }), { asks })
})

const WEAK: Readonly<Record<string, () => KeyObject>> = {
  'RSA with 1,024 bits': () => rsa(1024),
  'an elliptic curve that nobody here uses': () =>
    generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey,
}
for (const [name, make] of Object.entries(WEAK)) {
  test(`refused: ${name}`, async () => {
    const eve = world.stranger()
    eve.rotateKey(make())
    await world.refuses(401, async () => sends(eve), { asks: ['/users/eve'] })
  })
}

test('refused: a private key published as a public one', async () => {
  const eve = world.stranger()
  const publicKeyPem = eve.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  eve.overrides = { publicKey: { id: eve.keyUri, owner: eve.uri, publicKeyPem } }
  await world.refuses(401, async () => sends(eve), { asks: ['/users/eve'] })
})

const document = (eve: FakeActor, more: object = {}): object => ({ ...eve.document(), ...more })
const large = (eve: FakeActor): string => JSON.stringify(document(eve, { padding: 'x'.repeat(1_048_577) }))
const JSON_LD = { 'content-type': 'application/activity+json' }

function pour(response: ServerResponse): void {
  response.on('close', () => response.removeAllListeners('drain'))
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
  }
  response.on('drain', more)
  more()
}

/** What the address of the key answers, that will not be better next time. */
const UNUSABLE: Readonly<Record<string, (eve: FakeActor) => ScriptedAnswer>> = {
  'is not there': () => ({ status: 404 }),
  'is gone': () => ({ status: 410 }),
  'is for somebody else': () => ({ status: 403 }),
  'is a web page': () => ({ headers: { 'content-type': 'text/html' }, body: '<p>hello</p>' }),
  'is plain JSON': (eve) => ({ headers: { 'content-type': 'application/json' }, body: document(eve) }),
  'is JSON-LD of another profile': (eve) => ({
    headers: { 'content-type': 'application/ld+json; profile="https://example.org/other"' },
    body: document(eve),
  }),
  'is not JSON': () => ({ headers: JSON_LD, body: '<p>hello</p>' }),
  'is an array': (eve) => ({ headers: JSON_LD, body: JSON.stringify([document(eve)]) }),
  'has another id than its address': (eve) => ({ body: document(eve, { id: `${eve.uri}x` }) }),
  'has an id on another host': (eve) => ({
    body: document(eve, { id: 'https://friend.example/users/friend' }),
  }),
  'is larger than a megabyte': (eve) => ({ headers: JSON_LD, body: large(eve) }),
  'is larger than a megabyte once unpacked': (eve) => ({
    headers: { ...JSON_LD, 'content-encoding': 'gzip' },
    body: gzipSync(large(eve)),
  }),
  'never ends': () => ({ headers: JSON_LD, write: pour }),
  'is packed twice': (eve) => ({
    headers: { ...JSON_LD, 'content-encoding': 'gzip, gzip' },
    body: gzipSync(gzipSync(JSON.stringify(document(eve)))),
  }),
  'is nested too deeply': (eve) => ({ body: document(eve, { deep: deep(40) }) }),
  'has an inbox elsewhere': (eve) => ({ body: document(eve, { inbox: 'https://friend.example/inbox' }) }),
  'has an inbox here': (eve) => ({ body: document(eve, { inbox: `https://${HOME_HOST}/ap/inbox` }) }),
  'has no inbox': (eve) => ({ body: document(eve, { inbox: null }) }),
  'has no name': (eve) => ({ body: document(eve, { preferredUsername: '' }) }),
  'is a note': (eve) => ({ body: document(eve, { type: 'Note' }) }),
  'redirects to http': () => ({ status: 302, headers: { location: 'http://friend.example/users/friend' } }),
  'redirects to this home': () => ({
    status: 302,
    headers: { location: `https://${HOME_HOST}/ap/instance` },
  }),
  'redirects to itself': (eve) => ({ status: 302, headers: { location: eve.uri } }),
  'redirects to nowhere': () => ({ status: 302 }),
}
for (const [name, answer] of Object.entries(UNUSABLE)) {
  test(`refused: the document of the key ${name}`, async () => {
    const eve = strangerAnswering(answer)
    const { host } = serverOf(eve)
    await world.refuses(401, async () => sends(eve), { asks: ['/users/eve', '/users/evex'] })
    // Once refused it is not asked for again.
    const asked = serverOf(eve).requests.length
    await world.refuses(401, async () => sends(eve))
    assert.equal(serverOf(eve).requests.length, asked, host)
  })
}

/** What the address of the key answers, that may be better next time. */
const UNREADABLE: Readonly<Record<string, ScriptedAnswer>> = {
  'answers 500': { status: 500 },
  'answers 429': { status: 429, headers: { 'retry-after': '120' } },
  'hangs up': 'reset',
  'never answers': 'hang',
  'stops in the middle': {
    headers: JSON_LD,
    write: (response) => void response.write('{"id":'),
  },
}
for (const [name, answer] of Object.entries(UNREADABLE)) {
  test(`put off: the server of the key ${name}`, async () => {
    const eve = strangerAnswering(() => answer)
    const { headers } = await world.refuses(503, async () => sends(eve), { asks: ['/users/eve'] })
    assert.ok(Number(headers['retry-after']) >= 1, `Retry-After: ${headers['retry-after']}`)
  })
}

test('refused: a key behind more than three redirects', async () => {
  const eve = world.stranger()
  const server = serverOf(eve)
  for (const [n, path] of ['/users/eve', '/1', '/2', '/3'].entries()) {
    server.answers(path, () => ({ status: 302, headers: { location: `/${n + 1}` } }))
  }
  await world.refuses(401, async () => sends(eve), { asks: ['/users/eve', '/1', '/2', '/3'] })
})

test('refused: a key behind a redirect to this machine, where nobody is called', async (t) => {
  let calls = 0
  const trap = createServer((socket) => {
    calls += 1
    socket.destroy()
  })
  trap.listen(0, '127.0.0.1')
  await once(trap, 'listening')
  t.after(() => trap.close())
  const { port } = trap.address() as AddressInfo
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433']) {
    const location = `https://${host}:${port}/users/eve`
    const eve = strangerAnswering(() => ({ status: 302, headers: { location } }))
    await world.refuses(401, async () => sends(eve), { asks: ['/users/eve'] })
  }
  assert.equal(calls, 0)
})

test('refused: a key of this home, and an actor of this home', async () => {
  const keyUri = `${world.me.uri}#main-key`
  await world.refuses(403, async () => sends(world.friend, { key: { keyUri } }))
  const activity = { ...world.create(world.friend), actor: world.me.uri }
  await world.refuses(403, async () => world.friend.sends(world.target, activity))
})

test('put off: more than ten unknown keys of one host in a minute', async () => {
  const eve = world.stranger()
  const statuses: number[] = []
  for (let n = 0; n < 14; n += 1) {
    const answer = await sends(eve, { key: { keyUri: `${eve.uri}/keys/${n}` } })
    statuses.push(answer.status)
  }
  assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 401), 503, 503, 503, 503])
  assert.equal(serverOf(eve).requests.length, 10)
})

test('taken: a good key, also of Ed25519, also one with a document of its own', async () => {
  const plain = world.stranger('plain')
  const curved = world.stranger('curved', { keyAlgorithm: 'ed25519' })
  const apart = world.stranger('apart', { ownKeyDocument: true })
  for (const actor of [plain, curved, apart]) {
    const scheme = actor === curved ? 'rfc9421' : 'cavage'
    assert.equal((await sends(actor, { scheme })).status, 202, actor.name)
    await world.isToldOf(`from ${actor.name}`)
  }
})

test('taken: a new key of a known actor, which is asked for once', async () => {
  const eve = world.stranger('changed')
  assert.equal((await sends(eve)).status, 202)
  await world.quiet()
  eve.rotateKey(rsa(2048))
  const asked = serverOf(eve).requests.length
  assert.equal((await eve.sends(world.target, world.create(eve, { content: 'with a new key' }))).status, 202)
  assert.equal(serverOf(eve).requests.length, asked + 1)
  await world.isToldOf('with a new key')
})

function deep(levels: number): object {
  return levels === 0 ? {} : { deeper: deep(levels - 1) }
}
