import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { isProofGood, readProofs } from '../../../server/activitypub/integrity-proof.ts'
import { ed25519FromMultikey } from '../../../server/activitypub/multikey.ts'
import { withProof } from '../../support/fake-peer-proofs.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const KEY = 'https://server.example/users/alice#ed25519-key'

const activity = (version: string) => ({
  '@context': [
    'https://www.w3.org/ns/activitystreams',
    `https://w3id.org/security/data-integrity/${version}`,
  ],
  id: 'https://server.example/activities/1',
  type: 'Create',
  actor: 'https://server.example/users/alice',
  object: {
    id: 'https://server.example/objects/1',
    type: 'Note',
    attributedTo: 'https://server.example/users/alice',
    content: 'Hello world',
    location: { type: 'Place', longitude: -71.184902, latitude: 25.273962 },
  },
})

/** The vectors of the proposal, in the two contexts that it has had. */
const VECTORS: Readonly<Record<string, string>> = {
  v1: 'zLaewdp4H9kqtwyrLatK4cjY5oRHwVcw4gibPSUDYDMhi4M49v8pcYk3ZB6D69dNpAPbUmY8ocuJ3m9KhKJEEg7z',
  v2: 'z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL',
}

function vector(version: string): Record<string, unknown> & { proof: Record<string, unknown> } {
  const unsecured = activity(version)
  const proof = {
    '@context': unsecured['@context'],
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    verificationMethod: KEY,
    proofPurpose: 'assertionMethod',
    proofValue: VECTORS[version],
    created: '2023-02-24T23:36:38Z',
  }
  return { ...unsecured, proof }
}

function verdict(document: Record<string, unknown>): string {
  const key = ed25519FromMultikey('z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2')
  assert.ok(key)
  const read = readProofs(document, NOW)
  if (read.outcome !== 'proofs') return read.outcome
  return read.proofs.every((proof) => isProofGood(proof, key)) ? 'good' : 'bad'
}

for (const version of Object.keys(VECTORS)) {
  test(`the vector of FEP-8b32 holds (${version})`, () => {
    assert.equal(verdict(vector(version)), 'good')
    const [read] = [readProofs(vector(version), NOW)]
    assert.deepEqual(read.outcome === 'proofs' && read.proofs.map(({ keyUri }) => keyUri), [KEY])
  })
}

test('every word counts, and the order of members does not', () => {
  const document = vector('v1')
  assert.equal(verdict(Object.fromEntries(Object.entries(document).toReversed())), 'good')
  assert.equal(verdict({ ...document, to: 'https://server.example/users/bob' }), 'bad')
  assert.equal(verdict({ ...document, id: 'https://server.example/activities/2' }), 'bad')
  assert.equal(verdict({ ...document, proof: { ...document.proof, created: '2023-02-24T23:36:39Z' } }), 'bad')
})

test('a context that was added after the signing changes nothing; another one does', () => {
  const document = vector('v1')
  const contexts = document['@context'] as string[]
  assert.equal(verdict({ ...document, '@context': [...contexts, 'https://later.example/'] }), 'good')
  assert.equal(verdict({ ...document, '@context': ['https://first.example/', ...contexts] }), 'malformed')
  assert.equal(verdict({ ...document, '@context': undefined }), 'malformed')
})

test('a proof holds without its context in it, and with a signature put beside it later, as Fedify sends it', () => {
  const document = vector('v2')
  const { '@context': _, ...bare } = document.proof
  const signature = { type: 'RsaSignature2017', creator: KEY, signatureValue: 'eA==' }
  assert.equal(verdict({ ...document, proof: bare }), 'good')
  assert.equal(verdict({ ...document, signature }), 'good')
  assert.equal(verdict({ ...document, proof: bare, signature }), 'good')
  assert.equal(verdict({ ...document, signature: 'of another kind' }), 'bad')
  assert.equal(
    verdict({ ...document, proof: bare, signature, actor: 'https://server.example/users/bob' }),
    'bad',
  )
})

test('proofs that this home does not verify count as none', () => {
  const document = vector('v1')
  const changed = (change: object) => verdict({ ...document, proof: { ...document.proof, ...change } })
  assert.equal(verdict({ ...document, proof: undefined }), 'none')
  assert.equal(verdict({ ...document, proof: [] }), 'none')
  assert.equal(changed({ cryptosuite: 'eddsa-rdfc-2022' }), 'unsupported')
  assert.equal(changed({ cryptosuite: ['eddsa-jcs-2022'] }), 'unsupported')
  assert.equal(changed({ type: 'RsaSignature2017' }), 'unsupported')
  assert.equal(
    changed({ verificationMethod: 'did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2' }),
    'unsupported',
  )
  // Beside one that is verified it takes nothing away.
  const other = { type: 'DataIntegrityProof', cryptosuite: 'something-new' }
  assert.equal(verdict({ ...document, proof: [other, document.proof] }), 'good')
})

test('a proof that says too little, or that is over, is none that holds', () => {
  const document = vector('v1')
  const changed = (change: object) => verdict({ ...document, proof: { ...document.proof, ...change } })
  assert.equal(changed({ proofPurpose: 'authentication' }), 'malformed')
  assert.equal(changed({ created: undefined }), 'malformed')
  assert.equal(changed({ created: 'yesterday' }), 'malformed')
  assert.equal(changed({ expires: '2026-11-22T11:59:59Z' }), 'malformed')
  assert.equal(changed({ expires: 7 }), 'malformed')
  assert.equal(changed({ proofValue: VECTORS['v1']?.slice(1) }), 'malformed')
  assert.equal(changed({ proofValue: `z${'1'.repeat(10_000)}` }), 'malformed')
  assert.equal(changed({ proofValue: 'z0OIl' }), 'malformed')
  assert.equal(verdict({ ...document, proof: 'trust me' }), 'malformed')
  assert.equal(verdict({ ...document, proof: Array.from({ length: 5 }, () => document.proof) }), 'malformed')
})

test('a proof made by a stranger to the rules of this program holds too', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const signed = withProof(activity('v1'), { keyUri: KEY, privateKey }, NOW)
  const read = readProofs(signed, NOW)
  assert.ok(read.outcome === 'proofs' && read.proofs[0] !== undefined)
  assert.equal(isProofGood(read.proofs[0], publicKey), true)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
  assert.equal(isProofGood(read.proofs[0], rsa), false)
})
