import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY_PLACE, type PlaceDraft, placeAddress } from '../../../renderer/stores/place-address.ts'
import { lockKey, openLock } from '../../../server/core/key-lock.ts'
import { newRecoveryCode } from '../../../renderer/stores/recovery-code.ts'
import { parsePlaceAddress, placeLabel } from '../../../server/core/backup-places.ts'

const HOST_KEY = `SHA256:${'Ab1+/'.repeat(8)}xyz`
const read = (draft: Partial<PlaceDraft>) => parsePlaceAddress(placeAddress({ ...EMPTY_PLACE, ...draft }))

test('what is typed of a place is read by the home as it was meant', () => {
  assert.equal(placeLabel(read({ kind: 'folder', path: ' /srv/backups ' })), '/srv/backups')
  const disk = read({ kind: 'disk', path: '/media/ana/my disk' })
  assert.deepEqual(disk, { kind: 'folder', path: '/media/ana/my disk', isOtherDisk: true })
  const odd = 'a@b:c/d?e#f%g h'
  const bucket = read({
    kind: 's3',
    host: 'https://minio.lan:9000/',
    bucket: 'keep',
    path: '/of/ana',
    region: 'eu',
    user: odd,
    secret: odd,
  })
  assert.ok(bucket.kind === 's3' && bucket.prefix === 'of/ana/' && bucket.region === 'eu')
  assert.deepEqual(bucket.credentials, { key: odd, secret: odd })
  const webdav = read({
    kind: 'webdav',
    host: 'cloud.example',
    path: '/remote.php/dav/files/Ana Marić',
    user: 'ana@x',
    secret: odd,
  })
  assert.ok(webdav.kind === 'webdav')
  assert.equal(webdav.endpoint, 'https://cloud.example/remote.php/dav/files/Ana%20Mari%C4%87/')
  assert.deepEqual(webdav.credentials, { user: 'ana@x', password: odd })
})

test('a server over SFTP is entered by password or by key, its host key pinned', () => {
  const server = { kind: 'sftp', host: 'box.lan:2222', path: 'backups', user: 'ana' } as const
  const byPassword = read({ ...server, secret: 'p@ss', hostKey: HOST_KEY })
  assert.ok(byPassword.kind === 'sftp')
  assert.deepEqual(
    [byPassword.host, byPassword.port, byPassword.path, byPassword.hostKey, byPassword.credentials],
    ['box.lan', 2222, 'backups', HOST_KEY, { password: 'p@ss' }],
  )
  const privateKey = '-----BEGIN OPENSSH PRIVATE KEY-----\n>>>???\n'
  const byKey = read({ ...server, path: '/srv/backups', privateKey })
  assert.ok(byKey.kind === 'sftp' && byKey.path === '/srv/backups' && byKey.hostKey === null)
  assert.deepEqual(byKey.credentials, { privateKey })
})

test('a recovery code is letters that paper does not confuse, as many as the home asks for', async () => {
  const code = newRecoveryCode((bytes) => bytes.set(bytes.map((_, at) => at * 7)))
  assert.match(code, /^(?:[0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/)
  const key = Buffer.alloc(32, 7).toString('base64url')
  assert.equal(await openLock(await lockKey('recovery', code, key), code.toLowerCase()), key)
})
