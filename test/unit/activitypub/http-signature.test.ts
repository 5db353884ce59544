/** Signatures of others that are accepted, those that we make, and the proof that a request was verified. */
import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { test } from 'node:test'
import { digestOf } from '../../../server/activitypub/digest.ts'
import {
  isVerifiedRequest,
  type ReceivedRequest,
  type RequestToSign,
  signCavage,
  signRfc9421,
} from '../../../server/activitypub/http-signature.ts'
import { parseRemoteUrl } from '../../../server/net/origin.ts'
import {
  NOW,
  SECONDS,
  BODY,
  KEY_URI,
  HOST,
  rsa,
  ed25519,
  DATE,
  DIGEST,
  CONTENT_DIGEST,
  received,
  judge,
  verdict,
  CAVAGE_HEADERS,
  cavage,
  rfc9421,
  changed,
  added,
  GET,
  QUERY,
  CREATED,
  ALL_COMPONENTS,
  EDGE_MS,
  at,
} from './signed-requests.ts'

test('what is verified tells whose key it was, when it was signed, and what was sent', () => {
  const request = cavage()
  const outcome = judge(request)
  assert.equal(outcome.kind, 'verified')
  if (outcome.kind !== 'verified') return
  assert.deepEqual([outcome.keyId, outcome.scheme, outcome.signedAt], [KEY_URI, 'cavage', NOW])
  assert.equal(outcome.request, request)
  assert.equal(isVerifiedRequest(outcome), true)
})

test('a verified request cannot be made up', () => {
  const genuine = judge(cavage())
  assert.equal(isVerifiedRequest(Object.assign({}, genuine)), false)
  assert.equal(isVerifiedRequest(Object.create(Object.getPrototypeOf(genuine) as object)), false)
  assert.equal(isVerifiedRequest(null), false)
})

const ACCEPTED: Readonly<Record<string, ReceivedRequest>> = {
  'cavage, the usual': cavage(),
  'cavage, more headers in another order': cavage({
    covers: ['host', 'date', 'content-type', 'digest', '(request-target)'],
  }),
  'cavage, no algorithm named': changed(cavage(), 'signature', (value) =>
    value.replace(',algorithm="rsa-sha256"', ''),
  ),
  'cavage, hs2019 with (created) and (expires)': cavage({
    covers: CREATED,
    algorithm: 'hs2019',
    expires: SECONDS + 3600,
  }),
  'cavage, GET': cavage({ method: 'GET', covers: ['(request-target)', 'host', 'date'] }, GET),
  'cavage, the query in the signed path': cavage({ path: '/inbox?a=1' }, QUERY),
  'cavage, the query not in the signed path': cavage({}, QUERY),
  'cavage, blanks between parameters': changed(cavage(), 'signature', (value) =>
    value.replaceAll('",', '" , '),
  ),
  'cavage, parameters that nobody knows': changed(cavage(), 'signature', (value) => `${value},opaque="x"`),
  'cavage, a digest of two algorithms': cavage({ headers: { digest: `SHA-512=YWJj,${DIGEST}` } }),
  'cavage, a digest in small letters': cavage({ headers: { digest: DIGEST.replace('SHA', 'sha') } }),
  'cavage, 3,900 s ago': cavage({ headers: at(-EDGE_MS) }),
  'cavage, 3,900 s ahead': cavage({ headers: at(EDGE_MS) }),
  'cavage, the host with port and capitals': cavage({ headers: { host: 'HOME.example:443' } }),
  'cavage, the body said not to be encoded': added(cavage(), 'Content-Encoding', 'identity'),
  'RFC 9421, the usual': rfc9421(),
  'RFC 9421, every component': rfc9421(
    { path: '/inbox?a=1', covers: [...ALL_COMPONENTS, 'host', 'date', 'content-type', 'content-digest'] },
    QUERY,
  ),
  'RFC 9421, expires': rfc9421({ expires: SECONDS + 12 * 3600 }),
  'RFC 9421, GET': rfc9421({ method: 'GET', covers: ['@method', '@target-uri'] }, GET),
  'RFC 9421, parameters that nobody needs': rfc9421({
    key: { keyUri: `${KEY_URI}";nonce="x, y";tag="a`, privateKey: rsa.privateKey },
  }),
  'RFC 9421, the algorithm named': rfc9421({
    key: { keyUri: `${KEY_URI}";alg="rsa-v1_5-sha256`, privateKey: rsa.privateKey },
  }),
  'RFC 9421, a proxy signed too': changed(
    changed(
      rfc9421(),
      'signature-input',
      (value) => `proxy=("@authority");created=1;keyid="${KEY_URI}", ${value}`,
    ),
    'signature',
    (value) => `proxy=:YWJj:, ${value}`,
  ),
  'RFC 9421, a content digest of two algorithms': rfc9421({
    headers: { 'content-digest': `sha-512=:YWJj:, ${CONTENT_DIGEST}` },
  }),
}

test('signatures of the kinds that servers send are accepted', () => {
  for (const [name, request] of Object.entries(ACCEPTED)) assert.equal(verdict(request), 'verified', name)
})

test('Ed25519 keys and RSA with SHA-512 are accepted', () => {
  const key = { keyUri: KEY_URI, privateKey: ed25519.privateKey }
  assert.equal(verdict(cavage({ key, algorithm: 'hs2019' }), ed25519.publicKey), 'verified')
  assert.equal(verdict(cavage({ key, algorithm: 'ed25519' }), ed25519.publicKey), 'verified')
  assert.equal(verdict(rfc9421({ key }), ed25519.publicKey), 'verified')
  for (const algorithm of ['rsa-sha512', 'hs2019']) {
    const base = `(request-target): post /inbox\nhost: ${HOST}\ndate: ${DATE}\ndigest: ${DIGEST}`
    const signature = sign('sha512', Buffer.from(base), rsa.privateKey).toString('base64')
    const header = `keyId="${KEY_URI}",algorithm="${algorithm}",headers="(request-target) host date digest",signature="${signature}"`
    assert.equal(verdict(received({ ...CAVAGE_HEADERS, signature: header })), 'verified', algorithm)
  }
})

test('what we sign ourselves is accepted, whichever the kind, the key and the method', async () => {
  const url = parseRemoteUrl(`https://${HOST}/users/ben/inbox?page=1`)
  const keys = [
    [rsa.privateKey, rsa.publicKey],
    [ed25519.privateKey, ed25519.publicKey],
  ] as const
  const body = { digest: digestOf(BODY), contentType: 'application/activity+json' }
  for (const signer of [signCavage, signRfc9421]) {
    for (const [privateKey, publicKey] of keys) {
      const get: RequestToSign = { method: 'GET', url, now: NOW }
      const post: RequestToSign = { method: 'POST', url, now: NOW, body }
      const getHeaders = await signer(get, { keyUri: KEY_URI, privateKey })
      const postHeaders = await signer(post, { keyUri: KEY_URI, privateKey })
      assert.equal(verdict(received(getHeaders, { ...GET, rawPath: url.path }), publicKey), 'verified')
      assert.equal(verdict(received(postHeaders, { rawPath: url.path }), publicKey), 'verified')
    }
  }
})

test('the headers that we send are those that every server reads', async () => {
  const url = parseRemoteUrl(`https://${HOST}/inbox?page=1`)
  const body = { digest: digestOf(BODY), contentType: 'application/activity+json' }
  const signer = { keyUri: KEY_URI, privateKey: rsa.privateKey }
  const headers = await signCavage({ method: 'POST', url, now: NOW, body }, signer)
  assert.deepEqual(Object.keys(headers), ['Host', 'Date', 'Digest', 'Content-Type', 'Signature'])
  assert.equal(headers['Date'], 'Sun, 22 Nov 2026 12:00:00 GMT')
  assert.equal(headers['Digest'], DIGEST)
  assert.match(
    headers['Signature'] ?? '',
    /^keyId="https:\/\/peer\.example\/users\/ana#main-key",algorithm="rsa-sha256",headers="\(request-target\) host date digest content-type",signature="[A-Za-z0-9+/]{342}=="$/,
  )
  const get = await signCavage({ method: 'GET', url, now: NOW }, signer)
  assert.deepEqual(Object.keys(get), ['Host', 'Date', 'Signature'])
  assert.match(get['Signature'] ?? '', /headers="\(request-target\) host date"/)
})
