import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../../server/core/config.ts'

const load = (env: Record<string, string>) => loadConfig({ env }).config

test('a bucket is one address, in the form of the seed system too', () => {
  const { mediaBackend } = load({
    HOMEBIRD_MEDIA_BACKEND: 's3://AKIA:a%2Fb+c@minio.lan:9000/pictures/of/ana?insecure&region=eu-central-1',
  })
  assert.deepEqual(mediaBackend, {
    kind: 's3',
    endpoint: 'http://minio.lan:9000',
    bucket: 'pictures',
    prefix: 'of/ana/',
    region: 'eu-central-1',
    style: 'path',
    credentials: { key: 'AKIA', secret: 'a/b+c' },
  })
  const seed = load({ TAKAHE_MEDIA_BACKEND: 's3-insecure://k:s@store.example/media' }).mediaBackend
  assert.ok(seed.kind === 's3' && seed.endpoint === 'http://store.example' && seed.prefix === '')
  const amazon = load({ HOMEBIRD_MEDIA_BACKEND: 's3://k:s@s3.eu-west-1.amazonaws.com/media?style=host' })
  assert.ok(amazon.mediaBackend.kind === 's3' && amazon.mediaBackend.region === 'eu-west-1')
  const nameless = load({ HOMEBIRD_MEDIA_BACKEND: 's3:///media' }).mediaBackend
  assert.ok(nameless.kind === 's3' && nameless.endpoint === 'https://s3.us-east-1.amazonaws.com')
  assert.equal(nameless.credentials, null)
  assert.deepEqual(load({}).mediaBackend, { kind: 'local', folder: null })
  const elsewhere = load({ HOMEBIRD_MEDIA_BACKEND: 'local:///srv/media' }).mediaBackend
  assert.deepEqual(elsewhere, { kind: 'local', folder: '/srv/media' })
})

test('what is no storage is refused with the remedy, and no secret is ever shown', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['gs://bucket', /HMAC key.*storage\.googleapis\.com/],
    ['s3://key:hidden@host', /must name a bucket/],
    ['s3://key:hidden@host/Bucket_', /must name a bucket/],
    ['s3://key:hid/den@host/bucket', /%2F/],
    ['s3://key:hid%den@host/bucket', /%25/],
    ['s3://key:hidden@ho%20st/bucket', /host in it/],
    ['local:///100%', /not an address/],
    ['s3://key@host/bucket', /both key and secret/],
    ['s3://key:hidden@host/bucket?regoin=x', /regoin= is not known/],
    ['s3://key:hidden@host/bucket?style=odd', /path or host/],
    ['s3://key:12/34@host/bucket', /%2F/],
    ['s3://key:hidden@host/bucket/a%20b', /folders in the bucket/],
    ['ftp://key:hidden@host/bucket', /must begin with local:\/\/ or s3:\/\//],
    ['local://srv/media', /local:\/\/\/path/],
    ['nonsense', /not an address/],
  ]
  for (const [raw, message] of cases) {
    assert.throws(
      () => load({ HOMEBIRD_MEDIA_BACKEND: raw }),
      (error: Error) => {
        assert.match(error.message, message, raw)
        assert.ok(!/hidden@|hid\/den/.test(error.message), error.message)
        return true
      },
    )
  }
})

test('own media is given out below an https address or a free path, each ending in a slash', () => {
  const of = (raw: string): string => load({ HOMEBIRD_MEDIA_URL: raw }).mediaUrl
  for (const good of ['/media/', '/files/of-ana/', 'https://cdn.example/', 'https://cdn.example/a/b/']) {
    assert.equal(of(good), good)
  }
  assert.equal(load({ TAKAHE_MEDIA_URL: 'https://cdn.example/m/' }).mediaUrl, 'https://cdn.example/m/')
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /neither an https address nor a path/],
    ['media/', /neither an https address nor a path/],
    ['http://cdn.example/', /by https only/],
    ['https://cdn.example/m', /end it with \//],
    ['https://cdn.example/?x=/', /neither a user nor a query/],
    ['https://me:pw@cdn.example/', /neither a user nor a query/],
    ['/media', /end it with \//],
    ['/', /taken/],
    ['/ap/', /taken/],
    ['/proxy/x/', /taken/],
    ['/@ana/', /neither|taken/],
    ['//cdn.example/', /neither/],
    ['/a/../b/', /neither/],
  ]
  for (const [raw, message] of cases) assert.throws(() => of(raw), message, raw)
})
