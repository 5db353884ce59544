/** Servers of others get new keys: with the same id or another, old ones revoked, owners gone; over real HTTP. */
import assert from 'node:assert/strict'
import { type KeyObject, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { before, beforeEach, test } from 'node:test'
import { multikeyOf } from '../../support/fake-peer-proofs.ts'
import type { FakeActor, SendOptions } from '../../support/fake-peer-actor.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'

let home: FederationHome
let ana: FakeActor
let count = 0
// New keys of one server are read ten times in a minute.
const peers = await Promise.all(
  Array.from({ length: 12 }, async (_, n) => openFakePeer(undefined, { host: `p${n}.example` })),
)
before(async () => {
  home = await openFederationHome({ peers })
})
beforeEach(() => {
  ana = peers[count]?.actor('ana') ?? assert.fail('there are not enough peers')
  count += 1
})

const newKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const pemOf = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()

async function sends(options: SendOptions = {}): Promise<number> {
  const { status } = await ana.sends(home.target, ana.create(ana.note()), options)
  return status
}

const serverOf = (actor: FakeActor): FakePeer =>
  peers.find(({ host }) => host === actor.peer.host) ?? assert.fail(`nobody serves ${actor.uri}`)
/** How often the document with the key was read. */
const readings = (): number =>
  serverOf(ana)
    .paths()
    .filter((path) => path === '/users/ana').length

test('a new key under the same id is read when the first signature with it does not hold', async () => {
  const { privateKey } = ana
  assert.equal(await sends(), 202)
  ana.rotateKey(newKey())
  assert.equal(await sends(), 202)
  assert.equal(await sends(), 202)
  assert.equal(readings(), 2)
  // The old one is worth nothing any more, and asking for it again brings nothing.
  assert.equal(await sends({ key: { privateKey } }), 401)
  assert.equal(readings(), 2)
})

test('a new key under another id is read at its first use, and takes the place of the old one', async () => {
  const { privateKey, keyUri } = ana
  assert.equal(await sends(), 202)
  const renewed = { privateKey: newKey(), keyUri: `${ana.uri}#key-2026` }
  const listed = { id: renewed.keyUri, owner: ana.uri, publicKeyPem: pemOf(renewed.privateKey) }
  ana.overrides = { publicKey: listed }
  assert.equal(await sends({ key: renewed }), 202)
  assert.equal(await sends({ key: { privateKey, keyUri } }), 401)
  assert.equal(await sends({ key: renewed }), 202)
})

test('two keys at once are both good, until one is no longer listed', async () => {
  const { privateKey, keyUri } = ana
  const renewed = { privateKey: newKey(), keyUri: `${ana.uri}#second` }
  const keyOf = (key: { readonly privateKey: KeyObject; readonly keyUri: string }) => ({
    id: key.keyUri,
    owner: ana.uri,
    publicKeyPem: pemOf(key.privateKey),
  })
  ana.overrides = { publicKey: [keyOf({ privateKey, keyUri }), keyOf(renewed)] }
  assert.equal(await sends(), 202)
  assert.equal(await sends({ key: renewed }), 202)
  assert.equal(readings(), 1)
  ana.overrides = { publicKey: keyOf(renewed) }
  await home.follows(ana)
  await home.takes(ana, ana.update(ana.document()))
  assert.equal(await sends({ key: { privateKey, keyUri } }), 401)
  assert.equal(await sends({ key: renewed }), 202)
})

test('a key document of its own that changes is followed to its owner, who must list the new key', async () => {
  const server = serverOf(ana)
  ana = server.actor('own-document', { ownKeyDocument: true })
  assert.equal(await sends(), 202)
  const old = ana.document()['publicKey']
  ana.rotateKey(newKey())
  ana.overrides = { publicKey: old }
  assert.equal(await sends(), 401)
})

test('an owner who is gone: what is signed with a new key is refused, the stored one still speaks', async () => {
  assert.equal(await sends(), 202)
  const { privateKey } = ana
  ana.isGone = true
  assert.equal(await sends({ key: { privateKey: newKey() } }), 401)
  // Its Delete is the last thing that a gone actor signs.
  assert.equal((await ana.sends(home.target, ana.delete(ana.uri), { key: { privateKey } })).status, 202)
  await home.work()
  assert.equal(await sends(), 401)
})

test('an owner who is gone before anybody knew the key is refused', async () => {
  ana.isGone = true
  assert.equal(await sends(), 401)
})

test('an owner who cannot be asked now is asked for later', async () => {
  const server = serverOf(ana)
  server.answers('/users/ana', () => ({ status: 503 }))
  const answer = await ana.sends(home.target, ana.create(ana.note()))
  assert.equal(answer.status, 503)
  assert.ok(Number(answer.headers['retry-after']) > 0)
})

const ALGORITHMS = ['hs2019', 'ed25519', ''] as const
test('Ed25519 signs requests of both kinds, whatever an older signature calls it', async () => {
  const server = serverOf(ana)
  ana = server.actor('edith', { keyAlgorithm: 'ed25519' })
  for (const algorithm of ALGORITHMS) {
    const mangle = (headers: Readonly<Record<string, string>>) => ({
      ...headers,
      signature: String(headers['signature']).replace('algorithm="",', ''),
    })
    assert.equal(await sends({ algorithm, mangle }), 202, algorithm)
  }
  assert.equal(await sends({ scheme: 'rfc9421' }), 202)
  assert.equal(await sends({ algorithm: 'rsa-sha256' }), 401)
  assert.equal((await ana.gets(home.target, '/ap/instance', { scheme: 'rfc9421' })).status, 200)
})

test('a key that is listed as a Multikey only signs requests too', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = { keyUri: `${ana.uri}#ed25519`, privateKey }
  ana.overrides = { publicKey: undefined, assertionMethod: [multikeyOf(ana.uri, key.keyUri, privateKey)] }
  assert.equal(await sends({ key, scheme: 'rfc9421' }), 202)
  assert.equal(await sends({ key, algorithm: 'hs2019' }), 202)
  const foreign = multikeyOf(`${ana.peer.origin}/users/bo`, `${ana.uri}#bo`, privateKey)
  ana.overrides = { publicKey: undefined, assertionMethod: [foreign] }
  assert.equal(await sends({ key: { ...key, keyUri: `${ana.uri}#bo` }, scheme: 'rfc9421' }), 401)
})
