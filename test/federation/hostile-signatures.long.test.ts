/**
 * Requests whose signature lacks something. The sender is followed and its key is known, so that a good one is seen at
 * once: what each of these lacks is all that it lacks.
 * @see security rules 1 to 8
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { SendOptions } from '../support/fake-peer-actor.ts'
import { PeeredHome } from '../support/peered-home.ts'

let world: PeeredHome
before(async () => {
  world = await PeeredHome.open()
})

const MINUTES = 60_000
const LIMIT_MS = 3_900_000
const ALL = ['(request-target)', 'host', 'date', 'digest', 'content-type']
const RFC9421 = ['@method', '@target-uri', 'content-digest']
const without = (list: readonly string[], name: string): string[] => list.filter((one) => one !== name)
const seconds = (ms = 0): number => Math.floor((Date.now() + ms) / 1000)

function withoutSignature(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'signature'))
}

/** Rewrites the signature header. */
const mangled = (change: (value: string) => string): SendOptions => ({
  mangle: (headers) => ({ ...headers, signature: change(headers['signature'] ?? '') }),
})
const newPath = (path: string): SendOptions => ({ signedPath: path })

/** What is wrong, made when it is sent: dates go by. */
const CASES: Readonly<Record<string, () => SendOptions>> = {
  'no signature': () => ({ scheme: 'none' }),
  'the signature in Authorization': () => ({
    mangle: ({ signature, ...headers }) => ({ ...headers, authorization: `Signature ${signature}` }),
  }),
  'the signature in X-Signature': () => ({
    mangle: ({ signature, ...headers }) => ({ ...headers, 'x-signature': signature ?? '' }),
  }),
  'Signature-Input without Signature': () => ({
    scheme: 'rfc9421',
    mangle: (headers) => withoutSignature(headers),
  }),
  'an empty signature': () => mangled((value) => value.replace(/signature="[^"]*"/, 'signature=""')),
  'a signature that is not base64': () =>
    mangled((value) => value.replace(/signature="[^"]*"/, 'signature="$$$$"')),
  'no key id': () => mangled((value) => value.replace(/keyId="[^"]*",/, '')),
  'a key id on http': () => ({ key: { keyUri: world.friend.keyUri.replace('https', 'http') } }),
  'a key id that is no address': () => ({ key: { keyUri: 'acct:friend@friend.example' } }),
  'a key id with user information': () => ({
    key: { keyUri: world.friend.keyUri.replace('https://', 'https://friend.example@') },
  }),
  'nothing covered': () => ({ covers: [] }),
  'only the date covered': () => ({ covers: ['date'] }),
  'request target not covered': () => ({ covers: without(ALL, '(request-target)') }),
  'host not covered': () => ({ covers: without(ALL, 'host') }),
  'digest not covered': () => ({ covers: without(ALL, 'digest') }),
  'date not covered': () => ({ covers: without(ALL, 'date') }),
  'no list of covered headers': () => mangled((value) => value.replace(/headers="[^"]*",/, '')),
  'a covered header that is not there': () => ({ covers: [...ALL, 'x-missing'] }),
  'no digest at all': () => ({ covers: without(ALL, 'digest'), headers: { digest: '' } }),
  'a digest taken away after signing': () => ({ lateHeaders: { digest: '' } }),
  'a digest of other bytes': () => ({ digestOf: 'something else' }),
  'a digest of SHA-1': () => ({ headers: { digest: `SHA=${hash('sha1')}` } }),
  'a digest of SHA-512': () => ({ headers: { digest: `SHA-512=${hash('sha512')}` } }),
  'a digest of MD5': () => ({ headers: { digest: `MD5=${hash('md5')}` } }),
  'a digest without algorithm': () => ({ headers: { digest: hash('sha256') } }),
  'a digest in a second header only': () => ({
    digestOf: 'something else',
    moreHeaders: [['Digest', `SHA-256=${hash('sha256')}`]],
  }),
  'a second, contradicting date': () => ({ moreHeaders: [['Date', new Date(0).toUTCString()]] }),
  'a second signature header': () => ({ moreHeaders: [['Signature', 'keyId="x",signature="eA=="']] }),
  'a key id twice': () => mangled((value) => `keyId="https://stranger.example/k",${value}`),
  'a signature parameter twice': () => mangled((value) => `${value},signature="eA=="`),
  'a covered header twice': () => ({ covers: [...ALL, 'digest'] }),
  'the headers of both kinds at once': () => ({
    lateHeaders: {
      'signature-input': `sig1=("@method");created=${seconds()};keyid="${world.friend.keyUri}"`,
    },
  }),
  'a date of 66 minutes ago': () => ({ date: new Date(Date.now() - LIMIT_MS - MINUTES) }),
  'a date in 66 minutes': () => ({ date: new Date(Date.now() + LIMIT_MS + MINUTES) }),
  'no date': () => ({ covers: without(ALL, 'date'), headers: { date: '' } }),
  'a date that is none': () => ({ headers: { date: 'yesterday' } }),
  'a date in seconds': () => ({ headers: { date: String(seconds()) } }),
  '(created) of 66 minutes ago': () => ({
    covers: ['(created)', ...ALL],
    algorithm: 'hs2019',
    created: seconds(-LIMIT_MS - MINUTES),
  }),
  '(created) in 66 minutes': () => ({
    covers: ['(created)', ...ALL],
    algorithm: 'hs2019',
    created: seconds(LIMIT_MS + MINUTES),
  }),
  'an end that is past': () => ({
    covers: ['(expires)', ...ALL],
    algorithm: 'hs2019',
    expires: seconds(-MINUTES),
  }),
  'an end in 13 hours': () => ({
    covers: ['(created)', '(expires)', ...ALL],
    algorithm: 'hs2019',
    expires: seconds(13 * 60 * MINUTES),
  }),
  'an algorithm with a shared secret': () => ({ algorithm: 'hmac-sha256' }),
  'an algorithm with SHA-1': () => ({ algorithm: 'rsa-sha1' }),
  'RFC 9421 without the content digest': () => ({
    scheme: 'rfc9421',
    covers: without(RFC9421, 'content-digest'),
  }),
  'RFC 9421 without the method': () => ({ scheme: 'rfc9421', covers: without(RFC9421, '@method') }),
  'RFC 9421 without the target': () => ({ scheme: 'rfc9421', covers: without(RFC9421, '@target-uri') }),
  'RFC 9421 with a digest of other bytes': () => ({ scheme: 'rfc9421', digestOf: 'something else' }),
  'RFC 9421 with an old digest header': () => ({
    scheme: 'rfc9421',
    headers: { 'content-digest': '', digest: `SHA-256=${hash('sha256')}` },
  }),
  'RFC 9421 of 66 minutes ago': () => ({ scheme: 'rfc9421', created: seconds(-LIMIT_MS - MINUTES) }),
  'RFC 9421 that has ended': () => ({ scheme: 'rfc9421', expires: seconds(-MINUTES) }),
  'RFC 9421 that lives 13 hours': () => ({ scheme: 'rfc9421', expires: seconds(13 * 60 * MINUTES) }),
  'RFC 9421 without creation': () => ({
    scheme: 'rfc9421',
    mangle: (headers) => ({
      ...headers,
      'signature-input': (headers['signature-input'] ?? '').replace(/;created=\d+/, ''),
    }),
  }),
  'RFC 9421 with two labels of one name': () => ({
    scheme: 'rfc9421',
    mangle: (headers) => ({
      ...headers,
      'signature-input': `sig1=("@method");created=${seconds()};keyid="x", ${headers['signature-input']}`,
    }),
  }),
}

/** Right in form; only the key can tell that they are wrong, and its owner may be asked for a new one. */
const FORGED: Readonly<Record<string, () => SendOptions>> = {
  'a signature cut short': () =>
    mangled((value) => value.replace(/signature="([^"]{4})[^"]*"/, 'signature="$1"')),
  'an algorithm for another kind of key': () => ({ algorithm: 'ed25519' }),
  'another host signed': () => ({ signedHost: 'elsewhere.example' }),
  'another path signed': () => newPath('/ap/instance/inbox'),
  'a query signed that is not asked': () => newPath('/ap/inbox?a=b'),
  'the path signed in other letters': () => newPath('/AP/inbox'),
  'another method signed': () => ({ signedMethod: 'PUT' }),
  'a date changed after signing': () => ({
    lateHeaders: { date: new Date(Date.now() - MINUTES).toUTCString() },
  }),
  'a content type changed after signing': () => ({ lateHeaders: { 'content-type': 'application/ld+json' } }),
  'RFC 9421 for another host': () => ({ scheme: 'rfc9421', signedHost: 'elsewhere.example' }),
  'RFC 9421 for another method': () => ({ scheme: 'rfc9421', signedMethod: 'PUT' }),
  'RFC 9421 with its parameters changed': () => ({
    scheme: 'rfc9421',
    created: seconds(-MINUTES),
    mangle: (headers) => ({
      ...headers,
      'signature-input': (headers['signature-input'] ?? '').replace(/created=\d+/, `created=${seconds()}`),
    }),
  }),
}

let body = ''
/** Of the body that is being sent. */
const hash = (algorithm: string): string => createHash(algorithm).update(body).digest('base64')

/** A post that would be seen, sent with something wrong. */
async function send(wrong: () => SendOptions) {
  body = JSON.stringify(world.create(world.friend))
  return world.friend.sends(world.target, {}, { body, ...wrong() })
}

for (const [name, wrong] of Object.entries(CASES)) {
  test(`refused: ${name}`, async () => {
    await world.refuses(401, async () => send(wrong))
  })
}

for (const [name, wrong] of Object.entries(FORGED)) {
  test(`refused: ${name}`, async () => {
    await world.refuses(401, async () => send(wrong), { asks: ['/users/friend'] })
  })
}

test('refused: an encoded body, although digest and signature are right', async () => {
  const packed = gzipSync(JSON.stringify(world.create(world.friend)))
  await world.refuses(401, async () =>
    world.friend.sends(world.target, {}, { body: packed, headers: { 'content-encoding': 'gzip' } }),
  )
})

test('refused: a signature inside the document instead of on the request', async () => {
  const signature = {
    type: 'RsaSignature2017',
    creator: world.friend.keyUri,
    created: new Date().toISOString(),
    signatureValue: 'eA==',
  }
  const activity = { ...world.create(world.friend), signature }
  await world.refuses(401, async () => world.friend.sends(world.target, activity, { scheme: 'none' }))
})

test('refused: two hosts in one request', async () => {
  const moreHeaders = [['Host', 'elsewhere.example']] as const
  await world.refuses(401, async () => send(() => ({ moreHeaders })))
})

test('a signature that does not hold makes the home ask for the key at most once in five minutes', async () => {
  const forge = async (): Promise<void> => assert.equal((await send(() => newPath('/elsewhere'))).status, 401)
  await forge()
  const asked = world.friendPeer.requests.length
  for (let n = 0; n < 5; n += 1) await forge()
  assert.equal(world.friendPeer.requests.length, asked)
})

test('a good signature of either kind is taken after all that', async () => {
  for (const scheme of ['cavage', 'rfc9421'] as const) {
    const text = `signed by ${scheme}`
    const note = world.friend.note({ content: text })
    const { status } = await world.friend.sends(world.target, world.friend.create(note), { scheme })
    assert.equal(status, 202)
    await world.shows(text)
  }
})
