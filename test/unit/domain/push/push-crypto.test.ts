import assert from 'node:assert/strict'
import { createECDH, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import ece from 'http_ece'
import {
  MOST_PLAIN_BYTES,
  encryptDraft,
  encryptStandard,
  isReceiver,
} from '../../../../server/domain/push/encrypt-push.ts'
import { openToken, sealToken } from '../../../../server/domain/push/sealed-token.ts'
import { VapidSigner, vapidKeysFrom } from '../../../../server/domain/push/vapid-keys.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')

test('the example of RFC 8291 is encrypted as it stands there', () => {
  const receiver = {
    p256dh: bytes('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'),
    auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
  }
  const randomness = {
    privateKey: bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
    salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'),
  }
  const text = Buffer.from('When I grow up, I want to be a watermelon')
  assert.equal(
    encryptStandard(text, receiver, randomness).body.toString('base64url'),
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  )
})

test('the example of the draft before it too', () => {
  const receiver = {
    p256dh: bytes('BCEkBjzL8Z3C-oi2Q7oE5t2Np-p7osjGLg93qUP0wvqRT21EEWyf0cQDQcakQMqz4hQKYOQ3il2nNZct4HgAUQU'),
    auth: bytes('R29vIGdvbyBnJyBqb29iIQ'),
  }
  const randomness = {
    privateKey: bytes('nCScek-QpEjmOOlT-rQ38nZzvdPlqa00Zy0i6m2OJvY'),
    salt: bytes('lngarbyKfMoi9Z75xYXmkg'),
  }
  const { body, senderKey } = encryptDraft(Buffer.from('I am the walrus'), receiver, randomness)
  assert.equal(body.toString('base64url'), '6nqAQUME8hNqw5J3kl8cpVVJylXKYqZOeseZG8UueKpA')
  assert.equal(
    senderKey.toString('base64url'),
    'BNoRDbb84JGm8g5Z5CFxurSqsXWJ11ItfXEWYVLE85Y7CYkDjXsIEc4aqxYaQ1G8BqkXCJ6DPpDrWtdWj_mugHU',
  )
})

test('somebody else’s code, which knows the example of RFC 8188, reads both, from nothing to the largest', () => {
  const walrus = bytes('I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg')
  const key = 'yqdlZ-tYemfogSmv7Ws5PQ'
  assert.equal(ece.decrypt(walrus, { version: 'aes128gcm', key }).toString(), 'I am the walrus')
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  const auth = randomBytes(16)
  const receiver = { p256dh: pair.getPublicKey(), auth }
  const own = { privateKey: pair, authSecret: auth.toString('base64url') }
  for (const length of [0, 1, 500, MOST_PLAIN_BYTES]) {
    const text = randomBytes(length)
    const standard = encryptStandard(text, receiver)
    assert.ok(standard.body.length <= 4_096)
    assert.deepEqual(ece.decrypt(standard.body, { version: 'aes128gcm', ...own }), text)
    const draft = encryptDraft(text, receiver)
    assert.ok(draft.body.length <= 4_096)
    const headers = { dh: draft.senderKey.toString('base64url'), salt: draft.salt.toString('base64url') }
    assert.deepEqual(ece.decrypt(draft.body, { version: 'aesgcm', ...own, ...headers }), text)
  }
})

test('a receiver has a point of the curve and a secret that is long enough', () => {
  const pair = createECDH('prime256v1')
  const good = { p256dh: pair.generateKeys(), auth: randomBytes(16) }
  assert.ok(isReceiver(good))
  const offCurve = Buffer.from(good.p256dh)
  offCurve.writeUInt8(offCurve.readUInt8(64) ^ 1, 64)
  for (const bad of [
    { ...good, p256dh: offCurve },
    { ...good, p256dh: pair.getPublicKey(null, 'compressed') },
    { ...good, p256dh: Buffer.alloc(65) },
    { ...good, p256dh: Buffer.alloc(0) },
    { ...good, auth: randomBytes(15) },
    { ...good, auth: Buffer.alloc(0) },
  ])
    assert.equal(isReceiver(bad), false)
})

test('a sealed token opens with its key, in its row, whole; each sealing is another', () => {
  const key = randomBytes(32)
  const sealed = sealToken(key, '12', 'a token')
  assert.equal(openToken(key, '12', sealed), 'a token')
  assert.notDeepEqual(sealToken(key, '12', 'a token'), sealed)
  assert.ok(!sealed.includes('a token'))
  assert.equal(openToken(key, '13', sealed), null)
  assert.equal(openToken(randomBytes(32), '12', sealed), null)
  assert.equal(openToken(key, '12', sealed.subarray(0, -1)), null)
  assert.equal(openToken(key, '12', Buffer.alloc(0)), null)
})

test('a VAPID token is made for one origin, used for hours, and says how long it is good', () => {
  const keys = vapidKeysFrom('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw')
  assert.match(
    keys.publicKey,
    /^BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8$/,
  )
  const signer = new VapidSigner(keys, () => 'https://home.example/')
  const now = new Date('2026-05-01T00:00:00Z')
  const token = signer.tokenFor('https://push.example', now)
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const exp = now.getTime() / 1_000 + 12 * 3_600
  assert.deepEqual(claims, { aud: 'https://push.example', exp, sub: 'https://home.example/' })
  assert.equal(signer.tokenFor('https://push.example', now), token)
  assert.notEqual(signer.tokenFor('https://push.example:8443', now), token)
})
