/** What whoever packs says about updates, and what the build then believes. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { updateFeedOf, writeUpdateFeed } from '../../../build/update-feed.ts'
import { parseUpdateFeed } from '../../../electron/updates/update-feed.ts'

const KEY = Buffer.from(
  generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '',
  'base64url',
).toString('base64')

test('a build without address and key has no feed; with both it has one', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hb-feed-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  assert.equal(await writeUpdateFeed(folder, {}), false)
  assert.deepEqual(readdirSync(folder), [])
  const env = { HOMEBIRD_UPDATE_URL: 'https://example.org/homebird', HOMEBIRD_UPDATE_KEY: `${KEY}, ${KEY}` }
  assert.equal(await writeUpdateFeed(folder, env), true)
  const feed = parseUpdateFeed(JSON.parse(readFileSync(join(folder, 'update.json'), 'utf8')))
  assert.equal(feed.url.href, 'https://example.org/homebird/')
  assert.deepEqual(
    feed.keys.map((key) => key.asymmetricKeyType),
    ['ed25519', 'ed25519'],
  )
})

test('half of a feed is refused, naming the half that is missing', () => {
  assert.throws(() => updateFeedOf({ HOMEBIRD_UPDATE_URL: 'https://a.example/' }), /UPDATE_KEY is not set/)
  assert.throws(() => updateFeedOf({ HOMEBIRD_UPDATE_KEY: KEY }), /UPDATE_URL is not set/)
})

test('an address that others could change on the way is refused, and a key that is none', () => {
  for (const url of [
    'http://example.org/',
    'https://a:b@example.org/',
    'ftp://example.org/',
    'example',
    '',
  ]) {
    assert.throws(() => parseUpdateFeed({ url, keys: [KEY] }), /not a plain https address/, url)
  }
  assert.equal(parseUpdateFeed({ url: 'http://127.0.0.1:8080/a', keys: [KEY] }).url.pathname, '/a/')
  for (const key of [KEY.slice(2), `${KEY} `, 'x', 7]) {
    assert.throws(() => parseUpdateFeed({ url: 'https://a.example/', keys: [key] }), /not an Ed25519 key/)
  }
  assert.throws(() => parseUpdateFeed({ url: 'https://a.example/', keys: [] }), /names 0 public keys; give 1/)
  assert.throws(() => parseUpdateFeed(null), /names no public keys/)
})
