import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePlaceAddress, placeId, placeLabel, placeText } from '../../../server/core/backup-places.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { secretSettings } from '../../../server/core/secret-settings.ts'

const load = (env: Record<string, string>) => loadConfig({ env }).config
const KEY = `SHA256:${'Ab1+/'.repeat(8)}xyz`

/** As it is written, and how it is shown. */
const ADDRESSES: readonly (readonly [string, string])[] = [
  ['own', 'this home'],
  ['/srv/backups', '/srv/backups'],
  ['disk:///media/ana/my%20disk/homebird', 'disk /media/ana/my disk/homebird'],
  [
    's3://id:hidden%2F1@minio.lan:9000/keep/of/ana/?region=eu-central-1&style=path',
    'minio.lan:9000/keep/of/ana',
  ],
  [
    `sftp://ana:hidden%401@box.lan:2222/srv/back?host_key=${encodeURIComponent(KEY)}`,
    'sftp://ana@box.lan:2222/srv/back',
  ],
  ['sftp://ana@[::1]:22/~/back?key_file=%2Fetc%2Fkey', 'sftp://ana@::1/~/back'],
  [
    'webdav://ana:hidden1@cloud.example/remote.php/dav/files/ana/B%C3%BCcher',
    'https://cloud.example/remote.php/dav/files/ana/B%C3%BCcher',
  ],
  ['webdav-insecure://nas.lan/files', 'http://nas.lan/files'],
]

test('a place is one address, shown without its secrets, written again as it was', () => {
  for (const [raw, label] of ADDRESSES) {
    const place = parsePlaceAddress(raw)
    assert.equal(placeLabel(place), label)
    assert.deepEqual(parsePlaceAddress(placeText(place)), place, raw)
  }
  const key = Buffer.from('-----BEGIN OPENSSH PRIVATE KEY-----').toString('base64url')
  const withKey = parsePlaceAddress(`sftp://ana@box.lan/back?key=${key}`)
  assert.ok(withKey.kind === 'sftp' && 'privateKey' in withKey.credentials)
  assert.deepEqual(parsePlaceAddress(placeText(withKey)), withKey)
})

test('a place stays the same place after its password has changed', () => {
  const [one, same, other] = ['a', 'b', 'b'].map((password, at) =>
    placeId(parsePlaceAddress(`sftp://ana:${password}@box.lan/back${at === 2 ? '2' : ''}`)),
  )
  assert.equal(one, same)
  assert.notEqual(one, other)
})

test('several places are lines or a JSON list; nothing means the folder of the home', () => {
  assert.deepEqual(load({}).backupTarget, [{ kind: 'folder', path: null, isOtherDisk: false }])
  const lines = load({ HOMEBIRD_BACKUP_TARGET: 'own\n/srv/backups\n' }).backupTarget
  assert.deepEqual(lines, load({ HOMEBIRD_BACKUP_TARGET: '["own","/srv/backups/"]' }).backupTarget)
  assert.equal(lines.length, 2)
})

test('what is no place is refused with the remedy, and no secret is ever shown', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['backups', /neither an absolute path nor an address/],
    ['ftp://ana:sesame@box/back', /must be a path, or begin with disk:/],
    ['disk://media/disk', /three slashes/],
    ['s3://host/bucket', /needs its key and secret/],
    ['s3://id:sesame@host', /must name a bucket/],
    ['sftp://box.lan/back', /needs the account/],
    ['sftp://ana@box.lan/back', /needs a password/],
    ['sftp://ana:sesame@box.lan/back?host_key=SHA256:short', /no fingerprint/],
    ['sftp://ana:sesame@box.lan/back?hostkey=x', /hostkey= is not known; known are host_key/],
    ['sftp://ana:ses%ame@box.lan/back', /%25/],
    ['sftp://ana:sesame@box.lan/%2e%2e/back%2F..%2F', /holds \. or \.\./],
    ['webdav://ana:sesame@cloud.example/x?y=1', /y= is not known/],
    ['["own"', /not valid JSON/],
    ['{"a":1}', /neither an absolute path/],
    ['own\nown', /names this home twice/],
    [Array.from({ length: 9 }, (_, at) => `/srv/${at}`).join('\n'), /9 places and the limit is 8/],
  ]
  for (const [raw, message] of cases) {
    assert.throws(
      () => load({ HOMEBIRD_BACKUP_TARGET: raw }),
      (error: Error) => {
        assert.match(error.message, message, raw)
        assert.ok(!/sesame|ses%ame/.test(error.message), error.message)
        return true
      },
    )
  }
})

test('what is taken out of logs is the secrets of places, not their names', () => {
  const config = load({ HOMEBIRD_BACKUP_TARGET: ADDRESSES.map(([raw]) => raw).join('\n') })
  const secrets = secretSettings(config)
  for (const secret of ['hidden/1', 'hidden@1', 'hidden1']) assert.ok(secrets.includes(secret), secret)
  for (const open of ['folder', 'sftp', 'webdav', 'ana', 'box.lan', '/srv/backups', 'keep', KEY])
    assert.ok(!secrets.includes(open), open)
})

test('when backups are made and which are kept', () => {
  assert.equal(load({}).backupAt, 210)
  assert.equal(load({ HOMEBIRD_BACKUP_AT: '23:59' }).backupAt, 1_439)
  assert.equal(load({ HOMEBIRD_BACKUP_AT: 'never' }).backupAt, null)
  assert.throws(() => load({ HOMEBIRD_BACKUP_AT: '24:00' }), /from 00:00 to 23:59/)
  assert.deepEqual(load({}).backupKeep, { days: 7, weeks: 4, months: 6 })
  assert.deepEqual(load({ HOMEBIRD_BACKUP_KEEP: '14' }).backupKeep, { days: 14, weeks: 0, months: 0 })
  for (const [raw, message] of [
    ['0', /would keep no backup/],
    ['7,x', /no whole number/],
    ['1,2,3,4', /4 numbers and the limit is 3/],
    ['5000', /limit is 1000/],
  ] as const)
    assert.throws(() => load({ HOMEBIRD_BACKUP_KEEP: raw }), message)
})
