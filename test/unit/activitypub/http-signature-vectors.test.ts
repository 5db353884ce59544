/** The examples of the specifications themselves: RFC 9421 section 4.3 and appendix B.2, draft-cavage-12 appendix C. */
import assert from 'node:assert/strict'
import { constants, createHmac, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { type InnerList, parseDictionary } from 'structured-headers'
import { parseCavage } from '../../../server/activitypub/http-signature-cavage.ts'
import type { ReceivedRequest } from '../../../server/activitypub/http-signature-facts.ts'
import { signatureBase } from '../../../server/activitypub/http-signature-rfc9421.ts'

const BODY = Buffer.from('{"hello": "world"}')
const SHA512 =
  'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:'

const flat = (headers: Readonly<Record<string, string>>): string[] => Object.entries(headers).flat()

const REQUEST: ReceivedRequest = {
  method: 'POST',
  rawPath: '/foo?param=Value&Pet=dog',
  rawHeaders: flat({
    Host: 'example.com',
    Date: 'Tue, 20 Apr 2021 02:07:55 GMT',
    'Content-Type': 'application/json',
    'Content-Digest': SHA512,
    'Content-Length': '18',
  }),
  body: BODY,
  isOwnHost: () => true,
}

const RSA_PSS_KEY = createPublicKey(`-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`)

const RSA_KEY = createPublicKey(`-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----`)

const ED25519_KEY = createPrivateKey(`-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----`)

/** The signature base that we build for the one member of a Signature-Input. */
function baseOf(input: string, request = REQUEST): string {
  const [member] = parseDictionary(input).values()
  const base = signatureBase(request, member as InnerList)
  assert.equal(typeof base, 'string', JSON.stringify(base))
  return String(base)
}

function holdsWithPss(base: string, signature: string): boolean {
  const key = { key: RSA_PSS_KEY, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }
  return verify('sha512', Buffer.from(base), key, Buffer.from(signature, 'base64'))
}

test('RFC 9421 B.2.1: a minimal signature', () => {
  assert.ok(
    holdsWithPss(
      baseOf('sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"'),
      'd2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==',
    ),
  )
})

test('RFC 9421 B.2.2: a query parameter alone is a component that no request to a home needs', () => {
  const [member] = parseDictionary(
    'sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"',
  ).values()
  assert.notEqual(typeof signatureBase(REQUEST, member as InnerList), 'string')
})

test('RFC 9421 B.2.3: full coverage', () => {
  const base = baseOf(
    'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"',
  )
  assert.equal(
    base,
    [
      '"date": Tue, 20 Apr 2021 02:07:55 GMT',
      '"@method": POST',
      '"@path": /foo',
      '"@query": ?param=Value&Pet=dog',
      '"@authority": example.com',
      '"content-type": application/json',
      `"content-digest": ${SHA512}`,
      '"content-length": 18',
      '"@signature-params": ("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"',
    ].join('\n'),
  )
  assert.ok(
    holdsWithPss(
      base,
      'bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==',
    ),
  )
})

test('RFC 9421 B.2.5: a shared secret', () => {
  const base = baseOf(
    'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
  )
  const secret = Buffer.from(
    'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
    'base64',
  )
  assert.equal(
    createHmac('sha256', secret).update(base).digest('base64'),
    'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
  )
})

test('RFC 9421 B.2.6: Ed25519, to the byte', () => {
  const base = baseOf(
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
  )
  assert.equal(
    sign(null, Buffer.from(base), ED25519_KEY).toString('base64'),
    'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
  )
})

test('RFC 9421 4.3: RSA with SHA-256, parameters in another order than ours', () => {
  const request: ReceivedRequest = {
    ...REQUEST,
    rawHeaders: flat({
      Host: 'origin.host.internal.example',
      Date: 'Tue, 20 Apr 2021 02:07:56 GMT',
      'Content-Type': 'application/json',
      'Content-Length': '18',
      'Content-Digest': SHA512,
      Forwarded: 'for=192.0.2.123;host=example.com;proto=https',
    }),
  }
  const base = baseOf(
    'proxy_sig=("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded");created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540',
    request,
  )
  const signature =
    'S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g=='
  assert.ok(verify('sha256', Buffer.from(base), RSA_KEY, Buffer.from(signature, 'base64')))
})

const CAVAGE_KEY = createPublicKey(`-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----`)
const CAVAGE_NOW = new Date('2014-01-05T21:31:40Z')
const CAVAGE_REQUEST: ReceivedRequest = {
  ...REQUEST,
  rawPath: '/foo?param=value&pet=dog',
  rawHeaders: flat({
    Host: 'example.com',
    Date: 'Sun, 05 Jan 2014 21:31:40 GMT',
    'Content-Type': 'application/json',
    Digest: 'SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=',
    'Content-Length': '18',
  }),
}
/** The examples name their key `Test`; a key id here is always an address. */
const KEY_ID = 'keyId="https://example.com/Test",algorithm="rsa-sha256"'

test('draft-cavage C.2 and C.3: the signing strings hold with the published signatures', () => {
  const c2 = `${KEY_ID},headers="(request-target) host date",signature="qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="`
  // The draft prints (created) and (expires) too, but its signature is without them.
  const c3 = `${KEY_ID},headers="(request-target) host date content-type digest content-length",signature="vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="`
  // C.2 leaves the digest out, so it only stands for a request without a body.
  for (const [header, request] of [
    [c2, { ...CAVAGE_REQUEST, body: null, method: 'PUT' }],
    [c3, CAVAGE_REQUEST],
  ] as const) {
    const parsed = parseCavage(request, header, CAVAGE_NOW)
    if (parsed.kind === 'refused') throw new assert.AssertionError({ message: parsed.message })
    const bases = parsed.bases.map((base) => base.toString().replace('put', 'post'))
    assert.ok(verify('sha256', Buffer.from(bases[0] ?? ''), CAVAGE_KEY, parsed.signature))
    assert.equal(bases[1]?.split('\n')[0], '(request-target): post /foo')
  }
})

test('draft-cavage C.1: the default, which covers the date alone, is not enough for anything', () => {
  const header = `${KEY_ID},signature="SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM="`
  const parsed = parseCavage({ ...CAVAGE_REQUEST, method: 'GET', body: null }, header, CAVAGE_NOW)
  assert.deepEqual([parsed.kind, 'reason' in parsed && parsed.reason], ['refused', 'coverage'])
})
