/** Signatures that are refused, each with the reason: whoever reads the log must see what was wrong. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { digestOf } from '../../../server/activitypub/digest.ts'
import type { ReceivedRequest } from '../../../server/activitypub/http-signature.ts'
import {
  NOW,
  SECONDS,
  BODY,
  KEY_URI,
  HOST,
  rsa,
  otherRsa,
  ed25519,
  DATE,
  DIGEST,
  CONTENT_DIGEST,
  received,
  verdict,
  CAVAGE_HEADERS,
  cavage,
  rfc9421,
  changed,
  added,
  QUERY,
  CREATED,
  EDGE_MS,
  at,
  withoutHeader,
} from './signed-requests.ts'

/** Each with the reason that the refusal must name. */
const REFUSED: Readonly<Record<string, readonly [reason: string, request: ReceivedRequest]>> = {
  // who and whether
  'no signature': ['unsigned', received(CAVAGE_HEADERS)],
  'a signature in Authorization': [
    'unsigned',
    received({ ...CAVAGE_HEADERS, authorization: `Signature ${cavage().rawHeaders.at(-1)}` }),
  ],
  'an empty signature header': ['malformed', received({ ...CAVAGE_HEADERS, signature: '' })],
  'two signature headers': ['duplicate', added(cavage(), 'Signature', String(cavage().rawHeaders.at(-1)))],
  'two Signature-Input headers': ['duplicate', added(rfc9421(), 'Signature-Input', 'sig2=()')],
  'no key id': ['key_id', changed(cavage(), 'signature', (value) => value.replace('keyId', 'keyid'))],
  'a key id on http': [
    'key_id',
    cavage({ key: { keyUri: 'http://peer.example/k', privateKey: rsa.privateKey } }),
  ],
  'a key id that is a handle': [
    'key_id',
    cavage({ key: { keyUri: 'acct:ana@peer.example', privateKey: rsa.privateKey } }),
  ],
  'a key id with user information': [
    'key_id',
    rfc9421({ key: { keyUri: 'https://peer.example@evil.example/k', privateKey: rsa.privateKey } }),
  ],
  'a key id without end': [
    'key_id',
    cavage({ key: { keyUri: `https://peer.example/${'x'.repeat(2100)}`, privateKey: rsa.privateKey } }),
  ],
  'a parameter twice': [
    'duplicate',
    changed(cavage(), 'signature', (value) => `keyId="https://evil.example/k",${value}`),
  ],
  'a parameter twice in other letters': [
    'duplicate',
    changed(cavage(), 'signature', (value) => `${value},KEYID="x"`),
  ],
  'two signatures': ['duplicate', changed(cavage(), 'signature', (value) => `${value},signature="YWJj"`)],
  'a label twice': [
    'malformed',
    changed(rfc9421(), 'signature-input', (value) => `sig1=();created=1, ${value}`),
  ],
  'a broken parameter list': [
    'malformed',
    changed(cavage(), 'signature', (value) => value.replace('",', '"')),
  ],
  'an escape in a parameter': [
    'malformed',
    changed(cavage(), 'signature', (value) => value.replace('keyId="', 'keyId="\\"')),
  ],
  'a Signature-Input that is no dictionary': [
    'malformed',
    changed(rfc9421(), 'signature-input', () => '((('),
  ],
  'a Signature-Input that is no list': [
    'malformed',
    changed(rfc9421(), 'signature-input', () => 'sig1=1;keyid="x"'),
  ],
  'a signature under another label': [
    'malformed',
    changed(rfc9421(), 'signature', (value) => value.replace('sig1', 'sig2')),
  ],
  'no base64': [
    'malformed',
    changed(cavage(), 'signature', (value) => value.replace(/signature="../, 'signature="*?')),
  ],
  'a signature longer than any key': [
    'malformed',
    changed(cavage(), 'signature', (value) =>
      value.replace(/signature=".*"/, `signature="${'A'.repeat(1400)}"`),
    ),
  ],
  'an empty signature value': [
    'malformed',
    changed(cavage(), 'signature', (value) => value.replace(/signature=".*"/, 'signature=""')),
  ],
  'a header without end': [
    'malformed',
    changed(cavage(), 'signature', (value) => `${value},x="${'y'.repeat(9000)}"`),
  ],
  // how much is signed
  'no list of headers': [
    'coverage',
    changed(cavage(), 'signature', (value) => value.replace(/headers="[^"]*",/, '')),
  ],
  'an empty list of headers': [
    'coverage',
    changed(cavage(), 'signature', (value) => value.replace(/headers="[^"]*"/, 'headers=""')),
  ],
  'the path not signed': ['coverage', cavage({ covers: ['host', 'date', 'digest'] })],
  'the host not signed': ['coverage', cavage({ covers: ['(request-target)', 'date', 'digest'] })],
  'the digest not signed': ['coverage', cavage({ covers: ['(request-target)', 'host', 'date'] })],
  'no date signed': ['coverage', cavage({ covers: ['(request-target)', 'host', 'digest'] })],
  'a GET with a body and no digest': [
    'coverage',
    cavage({ method: 'GET', covers: ['(request-target)', 'host', 'date'] }, { method: 'GET' }),
  ],
  'the method not signed': ['coverage', rfc9421({ covers: ['@target-uri', 'content-digest'] })],
  'the target not signed': [
    'coverage',
    rfc9421({ covers: ['@method', '@authority', '@path', 'content-digest'] }),
  ],
  'the content digest not signed': ['coverage', rfc9421({ covers: ['@method', '@target-uri'] })],
  'no component signed': ['coverage', rfc9421({ covers: [] })],
  'a header named twice': [
    'duplicate',
    cavage({ covers: ['(request-target)', 'host', 'date', 'digest', 'date'] }),
  ],
  'a component named twice': [
    'duplicate',
    rfc9421({ covers: ['@method', '@target-uri', 'content-digest', '@method'] }),
  ],
  'a signed header that is there twice': ['duplicate', added(cavage(), 'Digest', DIGEST)],
  'a signed header that is there twice, RFC 9421': [
    'duplicate',
    added(rfc9421(), 'Content-Digest', CONTENT_DIGEST),
  ],
  'a signed header that is not there': [
    'malformed',
    cavage({ covers: [...'(request-target) host date digest'.split(' '), 'x-none'] }),
  ],
  'a pseudo header that nobody knows': [
    'malformed',
    cavage({ covers: [...'(request-target) host date digest'.split(' '), '(key-id)'] }),
  ],
  'a component that nobody knows': [
    'malformed',
    rfc9421({ covers: ['@method', '@target-uri', 'content-digest', '@status'] }),
  ],
  'a component with parameters': [
    'malformed',
    changed(rfc9421(), 'signature-input', (value) =>
      value.replace('"content-digest"', '"content-digest";bs'),
    ),
  ],
  'a component in capitals': [
    'malformed',
    rfc9421({ covers: ['@method', '@target-uri', 'content-digest', 'Date'] }),
  ],
  // for whom
  'another host': ['host', cavage({ headers: { host: 'other.example' } })],
  'our host as the beginning of another': [
    'host',
    cavage({ headers: { host: 'home.example.evil.example' } }),
  ],
  'our host on another port': ['host', cavage({ headers: { host: 'home.example:8443' } })],
  'no host': [
    'host',
    received({ date: DATE, digest: DIGEST, signature: String(cavage().rawHeaders.at(-1)) }),
  ],
  'two hosts': ['duplicate', added(cavage(), 'Host', HOST)],
  'another host, RFC 9421': ['host', rfc9421({ headers: { host: 'other.example' } })],
  'a request line without a path': [
    'malformed',
    cavage({ path: `https://${HOST}/inbox` }, { rawPath: `https://${HOST}/inbox` }),
  ],
  // when
  'too old': ['date', cavage({ headers: at(-EDGE_MS - 1000) })],
  'too far ahead': ['date', cavage({ headers: at(EDGE_MS + 1000) })],
  'no date header': ['malformed', withoutHeader(cavage(), 'date')],
  'a date that is none': ['date', cavage({ headers: { date: 'yesterday' } })],
  'a date in another form': ['date', cavage({ headers: { date: NOW.toISOString() } })],
  'a date with a zone': ['date', cavage({ headers: { date: DATE.replace('GMT', '+0000') } })],
  'created too old': ['date', cavage({ covers: CREATED, created: SECONDS - 3901, expires: SECONDS + 10 })],
  'created not given': [
    'date',
    changed(cavage({ covers: CREATED, expires: SECONDS + 10 }), 'signature', (value) =>
      value.replace(/created=\d+,/, ''),
    ),
  ],
  'created with a fraction': [
    'date',
    changed(rfc9421(), 'signature-input', (value) => value.replace(/created=\d+/, '$&.5')),
  ],
  'a fresh Date beside a stale created': [
    'date',
    cavage({ covers: [...CREATED, 'date'], created: SECONDS - 5000, expires: SECONDS + 10 }),
  ],
  expired: ['expired', cavage({ covers: CREATED, expires: SECONDS - 1 })],
  'living longer than twelve hours': [
    'expired',
    cavage({ covers: CREATED, expires: SECONDS + 12 * 3600 + 1 }),
  ],
  'created too old, RFC 9421': ['date', rfc9421({ created: SECONDS - 3901 })],
  'created ahead, RFC 9421': ['date', rfc9421({ created: SECONDS + 3901 })],
  'created not given, RFC 9421': [
    'date',
    changed(rfc9421(), 'signature-input', (value) => value.replace(/;created=\d+/, '')),
  ],
  'expired, RFC 9421': ['expired', rfc9421({ expires: SECONDS - 1 })],
  'living too long, RFC 9421': ['expired', rfc9421({ expires: SECONDS + 12 * 3600 + 1 })],
  // what
  'another body': ['digest', cavage({}, { body: Buffer.from(`${BODY} `) })],
  'another body, RFC 9421': ['digest', rfc9421({}, { body: Buffer.from(BODY.replace('ana', 'eve')) })],
  'no body': ['digest', cavage({}, { body: null })],
  'a digest by another algorithm alone': [
    'digest',
    cavage({ headers: { digest: 'MD5=Sd/dVLAcvNLSq16eXua5uQ==' } }),
  ],
  'two digests by SHA-256': ['digest', cavage({ headers: { digest: `${DIGEST},${DIGEST}` } })],
  'a digest that is none': ['digest', cavage({ headers: { digest: 'x' } })],
  'a content digest by another algorithm alone': [
    'digest',
    rfc9421({ headers: { 'content-digest': 'sha-512=:YWJj:' } }),
  ],
  'a content digest that is no byte sequence': [
    'digest',
    rfc9421({ headers: { 'content-digest': `sha-256="${digestOf(BODY)}"` } }),
  ],
  'a content digest that is broken': ['digest', rfc9421({ headers: { 'content-digest': 'sha-256=:' } })],
  'a compressed body': ['content_encoding', added(cavage(), 'Content-Encoding', 'gzip')],
  'a compressed body, RFC 9421': ['content_encoding', added(rfc9421(), 'Content-Encoding', 'br')],
  'two content encodings': [
    'content_encoding',
    added(added(cavage(), 'Content-Encoding', 'identity'), 'Content-Encoding', 'identity'),
  ],
  // by which algorithm
  'an algorithm with SHA-1': ['algorithm', cavage({ algorithm: 'rsa-sha1' })],
  'a shared secret': ['algorithm', cavage({ algorithm: 'hmac-sha256' })],
  'the name of an object member': ['algorithm', cavage({ algorithm: 'constructor' })],
  'an algorithm for another kind of key': ['algorithm', cavage({ algorithm: 'ed25519' })],
  'an algorithm for another kind of key, RFC 9421': [
    'algorithm',
    rfc9421({ key: { keyUri: `${KEY_URI}";alg="ed25519`, privateKey: rsa.privateKey } }),
  ],
  'a shared secret, RFC 9421': [
    'algorithm',
    rfc9421({ key: { keyUri: `${KEY_URI}";alg="hmac-sha256`, privateKey: rsa.privateKey } }),
  ],
  // and the signature itself
  'another key': ['mismatch', cavage({ key: { keyUri: KEY_URI, privateKey: otherRsa.privateKey } })],
  'another key, RFC 9421': [
    'mismatch',
    rfc9421({ key: { keyUri: KEY_URI, privateKey: otherRsa.privateKey } }),
  ],
  'another path': ['mismatch', cavage({}, { rawPath: '/users/eve/inbox' })],
  'another path, RFC 9421': ['mismatch', rfc9421({}, { rawPath: '/users/eve/inbox' })],
  'another method': ['mismatch', cavage({}, { method: 'PUT' })],
  'another query': ['mismatch', cavage({ path: '/inbox?a=1' }, { rawPath: '/inbox?a=2' })],
  'a query that was signed and is gone': ['mismatch', cavage({ path: '/inbox?a=1' })],
  'a query that was not signed, RFC 9421': ['mismatch', rfc9421({}, QUERY)],
  'a path in another spelling': ['mismatch', cavage({}, { rawPath: '/%69nbox' })],
  'a date changed on the way': [
    'mismatch',
    changed(cavage(), 'date', () => new Date(NOW.getTime() + 1000).toUTCString()),
  ],
  'a signed header changed on the way': [
    'mismatch',
    changed(
      cavage({ covers: [...'(request-target) host date digest'.split(' '), 'content-type'] }),
      'content-type',
      () => 'text/html',
    ),
  ],
  'a created changed on the way': [
    'mismatch',
    changed(rfc9421(), 'signature-input', (value) => value.replace(/created=\d+/, `created=${SECONDS + 1}`)),
  ],
  'a key id changed on the way, RFC 9421': [
    'mismatch',
    changed(rfc9421(), 'signature-input', (value) => value.replace('/users/ana', '/users/eve')),
  ],
  'the headers in another order': [
    'mismatch',
    changed(cavage(), 'signature', (value) => value.replace('host date', 'date host')),
  ],
  'a signature cut short': [
    'mismatch',
    changed(cavage(), 'signature', (value) => value.replace(/signature=".{4}/, 'signature="')),
  ],
}

for (const [name, [reason, request]] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, () => assert.equal(verdict(request), reason))
}

test('keys of other kinds and sizes are not verified with', () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const slow = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 0x1_0001 })
  assert.equal(verdict(cavage(), slow.publicKey), 'mismatch')
  for (const key of [small.publicKey, pss.publicKey, curve.publicKey, rsa.privateKey]) {
    assert.equal(verdict(cavage(), key), 'key', String(key.asymmetricKeyType))
  }
  assert.equal(verdict(cavage(), ed25519.publicKey), 'algorithm')
  assert.equal(verdict(cavage({ algorithm: 'hs2019' }), ed25519.publicKey), 'mismatch')
})
