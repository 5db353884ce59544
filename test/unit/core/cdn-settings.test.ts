/** A CDN is told in one way and by its own facts: what would be set for nothing is refused at start, with the remedy. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Config, loadConfig } from '../../../server/core/config.ts'

const SECRET = 'a-secret-of-many-letters'

const load = (env: Record<string, string>): Config => loadConfig({ env }).config

function refused(env: Record<string, string>, ...words: readonly string[]): void {
  assert.throws(
    () => load(env),
    (error: Error) => {
      for (const word of words) assert.ok(error.message.includes(word), `${word} is not in: ${error.message}`)
      return !error.message.includes(SECRET)
    },
  )
}

test('nothing stands in front unless said', () => {
  assert.equal(load({}).cdn, 'none')
})

test('each kind takes what it needs', () => {
  const HOMEBIRD_CDN_PURGE_TOKEN = SECRET
  const own = 'http://127.0.0.1:6081'
  assert.equal(load({ HOMEBIRD_CDN: 'varnish', HOMEBIRD_CDN_PURGE_URL: own }).cdnPurgeUrl, own)
  assert.equal(
    load({ HOMEBIRD_CDN: 'nginx', HOMEBIRD_CDN_PURGE_URL: own, HOMEBIRD_CDN_PURGE_TOKEN }).cdn,
    'nginx',
  )
  for (const HOMEBIRD_CDN of ['cloudflare', 'bunny', 'fastly']) {
    assert.equal(load({ HOMEBIRD_CDN, HOMEBIRD_CDN_ZONE: 'a1', HOMEBIRD_CDN_PURGE_TOKEN }).cdnZone, 'a1')
  }
  const generic = load({
    HOMEBIRD_CDN: 'generic',
    HOMEBIRD_CDN_PURGE_URL: 'https://cdn.example/purge?url={url}',
    HOMEBIRD_CDN_PURGE_METHOD: 'POST',
    HOMEBIRD_CDN_PURGE_HEADERS: '{"X-Key": "abc"}',
  })
  assert.deepEqual([generic.cdnPurgeMethod, generic.cdnPurgeHeaders], ['post', { 'x-key': 'abc' }])
})

test('what is missing, and what would do nothing, is named with the remedy', () => {
  refused({ HOMEBIRD_CDN: 'varnish' }, 'varnish', 'HOMEBIRD_CDN_PURGE_URL', 'set it too')
  refused({ HOMEBIRD_CDN: 'cloudflare', HOMEBIRD_CDN_PURGE_TOKEN: SECRET }, 'HOMEBIRD_CDN_ZONE')
  refused({ HOMEBIRD_CDN_PURGE_TOKEN: SECRET }, 'HOMEBIRD_CDN_PURGE_TOKEN', '"none"', 'remove it')
  refused(
    { HOMEBIRD_CDN: 'fastly', HOMEBIRD_CDN_PURGE_TOKEN: SECRET, HOMEBIRD_CDN_ZONE: 'a/b' },
    '"a/b"',
    'letters and digits',
  )
})

test('the secret of a cache of one’s own is long, and its address has no path', () => {
  const nginx = { HOMEBIRD_CDN: 'nginx', HOMEBIRD_CDN_PURGE_URL: 'http://10.0.0.2' }
  refused({ ...nginx, HOMEBIRD_CDN_PURGE_TOKEN: 'short' }, '5 characters', 'at least 16')
  refused({ ...nginx, HOMEBIRD_CDN_PURGE_TOKEN: `${SECRET} x` }, '(hidden)', 'spaces')
  refused(
    { HOMEBIRD_CDN: 'varnish', HOMEBIRD_CDN_PURGE_URL: 'http://10.0.0.2/cache' },
    '/cache',
    'http://host:port',
  )
  refused({ HOMEBIRD_CDN: 'varnish', HOMEBIRD_CDN_PURGE_URL: 'ftp://10.0.0.2' }, 'http or https')
  refused(
    {
      HOMEBIRD_CDN: 'varnish',
      HOMEBIRD_CDN_PURGE_URL: 'http://10.0.0.2',
      HOMEBIRD_CDN_PURGE_METHOD: 'delete',
    },
    'purge or ban',
  )
})

test('a generic CDN must be told what, and by headers that may be set', () => {
  const generic = { HOMEBIRD_CDN: 'generic', HOMEBIRD_CDN_PURGE_URL: 'https://cdn.example/{path}' }
  refused({ ...generic, HOMEBIRD_CDN_PURGE_URL: 'https://cdn.example/all' }, '{url}')
  refused({ ...generic, HOMEBIRD_CDN_PURGE_HEADERS: '{"Host": "x"}' }, 'Host', '(hidden)')
  refused({ ...generic, HOMEBIRD_CDN_PURGE_HEADERS: '{"X": "a\\nb"}' }, 'no text for a header')
  refused({ ...generic, HOMEBIRD_CDN_PURGE_HEADERS: '["X"]' }, 'no JSON object')
})
