/** Proofs inside of activities: checked, noted for the inspector, and never a way around the signature of the request. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { before, test } from 'node:test'
import { multikeyOf, withProof } from '../../support/fake-peer-proofs.ts'
import type { FakeActor } from '../../support/fake-peer.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { type FederationHome, openFederationHome } from '../../support/federation-home.ts'

let home: FederationHome
let count = 0
const peer = await openFakePeer()
before(async () => {
  home = await openFederationHome({ peers: [peer] })
})

interface Prover {
  readonly actor: FakeActor
  readonly key: { readonly keyUri: string; readonly privateKey: ReturnType<typeof newKey> }
}

const newKey = () => generateKeyPairSync('ed25519').privateKey

/** Somebody followed who lists a key for proofs. */
async function prover(): Promise<Prover> {
  count += 1
  const actor = peer.actor(`prover${count}`)
  const key = { keyUri: `${actor.uri}#proof-key`, privateKey: newKey() }
  actor.overrides = { assertionMethod: [multikeyOf(actor.uri, key.keyUri, key.privateKey)] }
  await home.follows(actor)
  return { actor, key }
}

async function verdictOf(activity: { readonly id: string }) {
  const { state, proof, dropped_because: reason } = await home.message(activity)
  return { state, proof, reason }
}

test('a good proof is noted, of the activity and of the post in it', async () => {
  const { actor, key } = await prover()
  const outer = withProof(actor.create(actor.note()), key)
  const inner = actor.create(withProof(actor.note(), key))
  const both = withProof(actor.create(withProof(actor.note(), key)), key)
  await home.takes(actor, outer, inner, both)
  for (const activity of [outer, inner, both]) {
    assert.deepEqual(await verdictOf(activity), { state: 'processed', proof: 'valid', reason: null })
  }
})

test('an activity without a proof, or with one of another kind, is what it always was', async () => {
  const { actor, key } = await prover()
  const plain = actor.create(actor.note())
  const other = withProof(actor.create(actor.note()), key, new Date(), { cryptosuite: 'bbs-2023' })
  const old = { ...actor.create(actor.note()), signature: { type: 'RsaSignature2017', signatureValue: 'x' } }
  await home.takes(actor, plain, other, old)
  assert.deepEqual(await verdictOf(plain), { state: 'processed', proof: null, reason: null })
  assert.deepEqual(await verdictOf(other), { state: 'processed', proof: 'unsupported', reason: null })
  assert.deepEqual(await verdictOf(old), { state: 'processed', proof: null, reason: null })
})

test('dropped: one word was changed after the proof was made', async () => {
  const { actor, key } = await prover()
  const note = withProof(actor.note({ content: 'yes' }), key)
  const outer = { ...withProof(actor.create(actor.note()), key), cc: [] }
  const inner = actor.create({ ...note, content: 'no' })
  await home.takes(actor, outer, inner)
  for (const activity of [outer, inner]) {
    const { state, proof, reason } = await verdictOf(activity)
    assert.deepEqual({ state, proof }, { state: 'dropped', proof: 'invalid' })
    assert.match(String(reason), /does not hold with the key/)
  }
  assert.equal(await home.post(note.id), undefined)
  // The author was asked once whether the key is another one by now.
  assert.equal(peer.paths().filter((path) => path === `/users/${actor.name}`).length, 2)
})

test('dropped: a proof by somebody else, with a key for requests only, or with one that nobody lists', async () => {
  const { actor, key } = await prover()
  const { key: foreign } = await prover()
  const borrowed = withProof(actor.create(actor.note()), foreign)
  const unlisted = withProof(actor.create(actor.note()), { ...key, keyUri: `${actor.uri}#other` })
  await home.takes(actor, borrowed, unlisted)
  assert.match(String((await verdictOf(borrowed)).reason), /its proof is made by/)
  assert.match(String((await verdictOf(unlisted)).reason), /does not list the key/)

  const signer = peer.actor('requests-only', { keyAlgorithm: 'ed25519' })
  await home.follows(signer)
  const { keyUri, privateKey } = signer
  const misused = withProof(signer.create(signer.note()), { keyUri, privateKey })
  await home.takes(signer, misused)
  assert.match(String((await verdictOf(misused)).reason), /does not list the key/)
})

test('a new key is read when a proof does not hold with the old one, also under the same id', async () => {
  const { actor, key } = await prover()
  const renewed = { keyUri: key.keyUri, privateKey: newKey() }
  actor.overrides = { assertionMethod: [multikeyOf(actor.uri, renewed.keyUri, renewed.privateKey)] }
  const activity = withProof(actor.create(actor.note()), renewed)
  await home.takes(actor, activity)
  assert.deepEqual(await verdictOf(activity), { state: 'processed', proof: 'valid', reason: null })
  const late = withProof(actor.create(actor.note()), key)
  await home.takes(actor, late)
  assert.equal((await verdictOf(late)).state, 'dropped')
})

test('while its author cannot be asked, an activity with a doubtful proof waits', async () => {
  const { actor, key } = await prover()
  const renewed = { keyUri: `${actor.uri}#second`, privateKey: newKey() }
  peer.answers(`/users/${actor.name}`, () => ({ status: 503 }))
  const activity = withProof(actor.create(actor.note()), renewed)
  await home.takes(actor, activity)
  assert.equal((await verdictOf(activity)).state, 'received')
  peer.forgets(`/users/${actor.name}`)
  actor.overrides = {
    assertionMethod: [key, renewed].map(({ keyUri, privateKey }) =>
      multikeyOf(actor.uri, keyUri, privateKey),
    ),
  }
  await home.db
    .updateTable('inbox_messages')
    .set({ state_next_attempt_at: new Date() })
    .where('activity_id', '=', activity.id)
    .execute()
  await home.work()
  assert.deepEqual(await verdictOf(activity), { state: 'processed', proof: 'valid', reason: null })
  assert.equal((await home.message(activity)).tries, 2)
})

test('refused at the door: a proof in place of a signature, and a proved activity that somebody else brings', async () => {
  const { actor, key } = await prover()
  const { actor: messenger } = await prover()
  const activity = withProof(actor.create(actor.note()), key)
  assert.equal((await actor.sends(home.target, activity, { scheme: 'none' })).status, 401)
  assert.equal((await messenger.sends(home.target, activity)).status, 403)
  const rows = await home.db
    .selectFrom('inbox_messages')
    .select('id')
    .where('activity_id', '=', activity.id)
    .execute()
  assert.deepEqual(rows, [])
})

test('a post that is fetched and carries a proof that does not hold is not stored', async () => {
  const { actor, key } = await prover()
  const good = peer.publish(withProof(actor.note(), key))
  const bad = peer.publish({ ...withProof(actor.note({ content: 'one' }), key), content: 'two' })
  assert.notEqual(await home.context.dereferencer.postByUri(good.id), null)
  assert.equal(await home.context.dereferencer.postByUri(bad.id), null)
})
