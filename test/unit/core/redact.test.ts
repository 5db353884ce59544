/** What leaves no text: known secrets in any spelling, and what looks like one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../../server/core/config.ts'
import { createRedactor } from '../../../server/core/redact.ts'
import { changedSettings, secretSettings } from '../../../server/core/secret-settings.ts'

test('a known secret goes wherever it stands, also as it is written in addresses and in JSON', () => {
  const redact = createRedactor(['p@ss/w"rd', 'p@ss/w"rd-longer', 'short'])
  assert.equal(redact('it was p@ss/w"rd-longer.'), 'it was [removed].')
  assert.equal(redact(`see ${encodeURIComponent('p@ss/w"rd')} there`), 'see [removed] there')
  assert.equal(redact(JSON.stringify({ word: 'p@ss/w"rd' })), '{"word":"[removed]"}')
  assert.equal(redact('a short word'), 'a short word')
})

test('what is named like a secret goes, and its name stays', () => {
  const redact = createRedactor([])
  for (const [text, expected] of [
    ['password=hunter2 next', 'password=[removed] next'],
    ['{"token":"abc","host":"a.example"}', '{"token":"[removed]","host":"a.example"}'],
    ['{\\"password\\":\\"abc\\"}', '{\\"password\\":\\"[removed]\\"}'],
    ['{"passphrase":"four \\"good\\" plain words","n":1}', '{"passphrase":"[removed]","n":1}'],
    ['{\\"password\\":\\"two words\\",\\"n\\":1}', '{\\"password\\":\\"[removed]\\",\\"n\\":1}'],
    ["secret: 'two words' next", "secret: '[removed]' next"],
    [`a key ${'aB3-'.repeat(500)} of one piece`, 'a key [removed] of one piece'],
    ['Authorization: Bearer abcdef123', 'Authorization: Bearer [removed]'],
    ['cookie: homebird_4181=abcdefghijklmnopqrst', 'cookie: [removed]'],
    ['postgresql://ana:secret@db.example/x', 'postgresql://[removed]@db.example/x'],
    ['GET /callback?code=abc&x=1', 'GET /callback?code=[removed]&x=1'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----!', '[removed]!'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE cut', '[removed]'],
    [`grant ${'aB3-'.repeat(11)} used`, 'grant [removed] used'],
  ] as const) {
    assert.equal(redact(text), expected)
  }
})

test('what is no secret stays: digests, ids, addresses of people, plain words', () => {
  const redact = createRedactor([])
  for (const text of [
    'sha256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    'delivery.finished host=far.example verdict=unreachable ms=12',
    '@ana@home.example wrote to https://far.example/users/lee/inbox',
    'the-long-name-of-a-page-that-somebody-wrote-about-something-else',
  ]) {
    assert.equal(redact(text), text)
  }
})

test('scanning a hostile line takes no longer than reading it', () => {
  const redact = createRedactor(['needle-in-here'])
  const started = performance.now()
  for (const piece of [
    'a://',
    'password',
    'password="',
    'token\\":\\"',
    '-----BEGIN PRIVATE KEY-----',
    'aB3-',
    '?code=',
    'x'.repeat(50),
  ]) {
    redact(piece.repeat(Math.ceil(16_384 / piece.length)))
  }
  assert.ok(performance.now() - started < 1_000)
})

test('secrets of the settings are found in every shape, and shown in none', () => {
  const { config } = loadConfig({
    env: {
      HOMEBIRD_DATABASE_URL: 'postgresql://ana:db%2Fsecret@db.example/home',
      HOMEBIRD_MEDIA_BACKEND: 's3://AKIDEXAMPLE:bucketsecret@s3.example.org/pictures',
      HOMEBIRD_CACHES_DEFAULT: 'redis://:cachesecret@cache.example:6379/0',
      HOMEBIRD_TRANSLATOR: 'deepl',
      HOMEBIRD_TRANSLATOR_KEY: 'translatorsecret',
      HOMEBIRD_PORT: '4200',
    },
  })
  const secrets = secretSettings(config)
  for (const secret of ['db/secret', 'bucketsecret', 'cachesecret', 'translatorsecret']) {
    assert.ok(secrets.includes(secret), secret)
  }
  const shown = JSON.stringify(changedSettings(config))
  assert.ok(shown.includes('"HOMEBIRD_PORT":4200'))
  assert.ok(!/db%2Fsecret|db\/secret|bucketsecret|cachesecret|translatorsecret/.test(shown), shown)
})
