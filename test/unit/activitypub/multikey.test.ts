/** Public keys in Multikey form. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { ed25519FromMultikey, ed25519Multikey } from '../../../server/activitypub/multikey.ts'

const pemOfEd25519 = (): string =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()

describe('Multikeys', () => {
  test('are the keys they were made of', () => {
    for (let count = 0; count < 20; count += 1) {
      const pem = pemOfEd25519()
      const multikey = ed25519Multikey(pem)
      assert.match(multikey, /^z6Mk/)
      assert.equal(ed25519FromMultikey(multikey)?.export({ type: 'spki', format: 'pem' }).toString(), pem)
    }
  })

  test('follow the published example', () => {
    // W3C Controlled Identifiers, example of an Ed25519 public key encoded as a Multikey.
    const key = ed25519FromMultikey('z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu')
    assert.equal(key?.asymmetricKeyType, 'ed25519')
    assert.equal(
      ed25519Multikey(key.export({ type: 'spki', format: 'pem' }).toString()),
      'z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu',
    )
  })

  for (const bad of [
    '',
    'z',
    'z0',
    'zzzz',
    'u7QFiY',
    'z6Mk',
    `z6Mk${'a'.repeat(500)}`,
    'z4MXj1wBzi9jUstyNvmiK5WLRRL4rr9UvzPxhry1CudCLKWL',
  ]) {
    test(`${bad.slice(0, 12)} is none`, () => assert.equal(ed25519FromMultikey(bad), null))
  }

  test('are not made of RSA keys', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    assert.throws(() => ed25519Multikey(pem), TypeError)
  })
})
