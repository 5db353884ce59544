/** Digests of bodies, as headers carry them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  checkContentDigest,
  checkDigest,
  contentDigestHeader,
  digestHeader,
  digestOf,
} from '../../../server/activitypub/digest.ts'

const BODY = Buffer.from('{"hello": "world"}')
/** From draft-cavage appendix C and RFC 9530. */
const BASE64 = 'X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE='

test('a digest is SHA-256 in base64, of text as of bytes', () => {
  assert.equal(digestOf(BODY), BASE64)
  assert.equal(digestOf(BODY.toString()), BASE64)
  assert.equal(digestHeader(digestOf(BODY)), `SHA-256=${BASE64}`)
  assert.equal(contentDigestHeader(digestOf(BODY)), `sha-256=:${BASE64}:`)
})

test('a Digest header holds only with one SHA-256 value that is the body', () => {
  const verdicts: Readonly<Record<string, string>> = {
    [`SHA-256=${BASE64}`]: 'match',
    [`sha-256=${BASE64}`]: 'match',
    [`MD5=abc=, SHA-256=${BASE64} ,unixsum=1`]: 'match',
    [`SHA-256=${BASE64.toLowerCase()}`]: 'mismatch',
    [`SHA-256=${BASE64.slice(0, -1)}`]: 'mismatch',
    'SHA-256=': 'mismatch',
    [`SHA-512=${BASE64}`]: 'no_sha256',
    [`SHA-256=${BASE64},SHA-256=${BASE64}`]: 'malformed',
    [BASE64]: 'no_sha256',
    '': 'malformed',
    '=x': 'malformed',
    [`SHA-256=${'A'.repeat(2000)}`]: 'malformed',
  }
  for (const [header, verdict] of Object.entries(verdicts))
    assert.equal(checkDigest(header, BODY), verdict, header)
})

test('a Content-Digest header holds only with a SHA-256 byte sequence that is the body', () => {
  const verdicts: Readonly<Record<string, string>> = {
    [`sha-256=:${BASE64}:`]: 'match',
    [`sha-512=:YWJj:, sha-256=:${BASE64}:`]: 'match',
    [`sha-256=:${digestOf('other')}:`]: 'mismatch',
    'sha-256=:YWJj:': 'malformed',
    [`sha-256="${BASE64}"`]: 'malformed',
    'sha-256': 'malformed',
    [`sha-512=:${BASE64}:`]: 'no_sha256',
    [`SHA-256=:${BASE64}:`]: 'malformed',
    '': 'no_sha256',
    ':::': 'malformed',
    [`sha-256=:${'A'.repeat(2000)}:`]: 'malformed',
  }
  for (const [header, verdict] of Object.entries(verdicts)) {
    assert.equal(checkContentDigest(header, BODY), verdict, header)
  }
})
