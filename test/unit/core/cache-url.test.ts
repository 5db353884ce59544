import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCacheFolders } from '../../../server/core/cache-folders.ts'
import type { CacheUrl } from '../../../server/core/cache-url.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { dataDirAt } from '../../../server/core/data-dir.ts'

const load = (env: Record<string, string>) => loadConfig({ env }).config
const media = (url: string): CacheUrl => load({ HOMEBIRD_CACHES_MEDIA: url }).cachesMedia
const fallback = (url: string): CacheUrl => load({ HOMEBIRD_CACHES_DEFAULT: url }).cachesDefault

/** The message with which a value is refused. */
function refusal(env: Record<string, string>): string {
  try {
    load(env)
  } catch (error) {
    return String(error)
  }
  return 'accepted'
}

test('without a word pages are kept in memory, media and avatars in the data directory, a week after the last use', () => {
  const config = load({})
  assert.deepEqual(config.cachesDefault, {
    scheme: 'locmem',
    maxBytes: null,
    maxItemBytes: null,
    ttlSeconds: 604_800,
    shown: 'locmem://',
  })
  for (const url of [config.cachesMedia, config.cachesAvatars]) {
    assert.deepEqual(
      [url.scheme, url.scheme === 'file' && url.folder, url.ttlSeconds],
      ['file', null, 604_800],
    )
  }
  assert.deepEqual(
    [config.cachesMediaMaxMb, config.cachesAvatarsMaxMb, config.cacheMaxItemMb],
    [5_000, 500, 40],
  )
  assert.deepEqual(load({ HOMEBIRD_CACHES_DEFAULT: ' ' }).cachesDefault, config.cachesDefault)
})

test('each scheme is read with its limits, under the names and spellings of the seed system too', () => {
  const file = media('file:///var/cache/home%20bird/?max_size=2G&max_item=10MB&ttl=30d')
  assert.deepEqual(
    { ...file, shown: '' },
    {
      scheme: 'file',
      folder: '/var/cache/home bird',
      maxBytes: 2 ** 31,
      maxItemBytes: 10 * 2 ** 20,
      ttlSeconds: 2_592_000,
      shown: '',
    },
  )
  const redis = media('rediss://ana:p%40ss@cache.example:6380/3?key_prefix=hb:&ca=/etc/ca.pem&timeout=600')
  assert.deepEqual(
    { ...redis, shown: '' },
    {
      scheme: 'rediss',
      server: { host: 'cache.example', port: 6_380 },
      username: 'ana',
      password: 'p@ss',
      database: 3,
      keyPrefix: 'hb:',
      caFile: '/etc/ca.pem',
      maxItemBytes: null,
      ttlSeconds: 600,
      shown: '',
    },
  )
  const memcached = fallback('memcached://a:11211,[::1]:2,c?key_prefix=x')
  assert.equal(memcached.scheme, 'memcached')
  assert.deepEqual(memcached.scheme === 'memcached' && memcached.servers, [
    { host: 'a', port: 11_211 },
    { host: '::1', port: 2 },
    { host: 'c', port: 11_211 },
  ])
  assert.deepEqual(
    ['dummy://', 'hiredis://h', 'pymemcached://h', 'locmem:', 'off://'].map((url) => fallback(url).scheme),
    ['off', 'redis', 'memcached', 'locmem', 'off'],
  )
  assert.equal(load({ TAKAHE_CACHES_AVATARS: 'redis://h' }).cachesAvatars.scheme, 'redis')
})

test('what cannot be is refused with the variable, the value, the limit and what to write instead', () => {
  const cases: ReadonlyArray<readonly [string, RegExp]> = [
    [
      'memcached://a',
      /HOMEBIRD_CACHES_MEDIA is "memcached:\/\/a", but it cannot be memcached: .*1 MB.*use file:, redis: or off:.*; give it as /,
    ],
    ['locmem://', /cannot be locmem: media would fill the memory/],
    ['nonsense', /not the URL of a cache/],
    ['ftp://h', /scheme is ftp: and must be one of off, locmem, file/],
    ['file://var/cache', /not absolute; write three slashes/],
    ['file:var/cache', /not absolute/],
    ['file:///', /the whole disk/],
    ['file:///%00', /cannot be read/],
    ['file:///a?max_size=lots', /max_size is "lots" and must be a size such as 500MB/],
    ['file:///a?max_size=1', /at least 1048576 bytes/],
    ['file:///a?ttl=0', /ttl is "0" .* every item expires/],
    ['file:///a?ttl=never', /ttl is "never"/],
    ['file:///a?colour=red', /no parameter "colour"; it has max_size, max_item, ttl, timeout/],
    ['file:///a?ttl=1&ttl=2', /holds ttl twice/],
    ['file:///a?ttl=1&timeout=2', /ttl and timeout are the same/],
    ['off://?ttl=1', /no parameter "ttl" *; it has none/],
    ['off://here', /takes neither host nor path/],
    ['redis://h?max_size=1G', /max_size" \(its size is set at the server: maxmemory/],
    ['redis://h?ca=/x', /no parameter "ca"/],
    ['rediss://h?ca=x', /absolute path of a file/],
    ['redis://', /names no server/],
    ['redis://h:0', /port 0 does not lie/],
    ['redis://h/one', /no number of a database/],
    ['redis://h?key_prefix=a%20b', /key_prefix must be/],
    ['redis://:%zz@h', /percent-encoded/],
  ]
  for (const [url, message] of cases) assert.match(refusal({ HOMEBIRD_CACHES_MEDIA: url }), message, url)
  const more: ReadonlyArray<readonly [string, RegExp]> = [
    ['memcached://a/1', /takes no path/],
    ['memcached://u:p@a', /neither user nor password/],
    ['memcached://a,a:11211', /names a server twice/],
    ['memcached://a?max_item=2M', /above the 1 MB/],
    [
      `memcached://${Array.from({ length: 33 }, (_, index) => `h${index}`).join(',')}`,
      /33 servers and the limit is 32/,
    ],
  ]
  for (const [url, message] of more) assert.match(refusal({ HOMEBIRD_CACHES_DEFAULT: url }), message, url)
})

test('a password is never shown, not even where the URL is refused for something else', () => {
  for (const url of [
    'redis://:hush@h',
    'redis://ana:hu@sh/h@h/2',
    'rediss://ana:hush@h?colour=red',
    'redis://hush@h',
  ]) {
    assert.doesNotMatch(refusal({ HOMEBIRD_CACHES_MEDIA: url }), /hu@?sh/u, url)
  }
  assert.equal(media('redis://ana:hush@h:1/2').shown, 'redis://ana:(hidden)@h:1/2')
  assert.equal(media('redis://:hush@h').shown, 'redis://:(hidden)@h')
  for (const slip of ['redis:ana:hush@h', 'redis:/:hush@h', 'redis:hush@h'])
    assert.throws(
      () => media(slip),
      (error: Error) => !error.message.includes('hush'),
      slip,
    )
  assert.match(refusal({ HOMEBIRD_CACHES_MEDIA: 'redis://hush@h' }), /user without a password/)
})

test('two caches in one folder, or one within the other, are refused, also where one is in the data directory', () => {
  const dir = dataDirAt('/data')
  const check = (env: Record<string, string>) => () => checkCacheFolders(load(env), dir)
  check({})()
  check({ HOMEBIRD_CACHES_MEDIA: 'file:///a/media', HOMEBIRD_CACHES_AVATARS: 'file:///a/media-2' })()
  const cases: ReadonlyArray<Record<string, string>> = [
    { HOMEBIRD_CACHES_MEDIA: 'file:///a', HOMEBIRD_CACHES_AVATARS: 'file:///a/' },
    { HOMEBIRD_CACHES_MEDIA: 'file:///a', HOMEBIRD_CACHES_AVATARS: 'file:///a/b/../c' },
    { HOMEBIRD_CACHES_DEFAULT: 'file:///data/cache' },
  ]
  for (const env of cases)
    assert.throws(check(env), /HOMEBIRD_CACHES_\w+ lies in .* give each a folder of its own/)
})
