import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type PlaceAddress, parsePlaceAddress } from '../../../server/core/backup-places.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import type { BackupPlace } from '../../../server/keeping/places/backup-place.ts'
import { openBackupPlace } from '../../../server/keeping/places/open-place.ts'
import { makeSftpKey } from '../../../server/keeping/places/sftp-session.ts'
import {
  got,
  keepsWhatItIsGiven,
  leavesNothingHalf,
  listed,
  namesAndReplaces,
  put,
} from '../../support/place-promises.ts'
import { startS3Server } from '../../support/s3-server.ts'
import { NO_SSHD, openSshd } from '../../support/sshd.ts'
import { until } from '../../support/until.ts'
import { openPlainSftp } from '../../support/plain-sftp.ts'
import { NO_WEBDAV, openWebdavServer } from '../../support/webdav-server.ts'

const open = async (address: PlaceAddress | string): Promise<BackupPlace> =>
  openBackupPlace(typeof address === 'string' ? parsePlaceAddress(address) : address, {
    dataDir: tmpdir(),
    ownFolder: tmpdir(),
  })

/** A failure that names the place and what it said. */
const fails = (pattern: RegExp) => (error: unknown) => {
  assert.ok(isHomebirdError(error, 'UNAVAILABLE'), String(error))
  assert.match(error.message, pattern)
  return true
}

/** As keepers leave them that were killed: the first two days ago, the other now. */
async function leavesOldDrafts(folder: string, [old, young]: readonly [string, string]): Promise<void> {
  const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000)
  for (const name of [old, young]) await writeFile(join(folder, name), 'half')
  await utimes(join(folder, old), twoDaysAgo, twoDaysAgo)
}

test('a bucket keeps what it is given, and says what is wrong with it', async () => {
  const server = await startS3Server()
  const place = await open(server.backend())
  await keepsWhatItIsGiven(place, 17_000_003)
  await place.remove('large.bin')
  await namesAndReplaces(place, [])
  await leavesNothingHalf(place)
  assert.equal(await place.free(), null)
  const other = await open(server.backend({ bucket: 'no-such' }))
  await assert.rejects(listed(other), fails(/no-such is not there .* HOMEBIRD_BACKUP_TARGET/))
  await other.close()
  await server.kill()
  await assert.rejects(put(place, 'a', 'x'), fails(/does not answer/))
  await place.close()
})

test(
  'a server over SFTP keeps what it is given: its key is the pinned one, or nobody signs in',
  { skip: NO_SSHD ?? false },
  async (t) => {
    const sshd = await openSshd({ isForFiles: true })
    t.after(async () => sshd[Symbol.asyncDispose]())
    const folder = await mkdtemp(join(tmpdir(), 'homebird-sftp-'))
    t.after(async () => rm(folder, { recursive: true, force: true }))
    const { privateKey, publicKey } = makeSftpKey()
    await sshd.admit(publicKey)
    const address = {
      kind: 'sftp',
      user: sshd.user,
      host: '127.0.0.1',
      port: sshd.port,
      path: join(folder, 'deep', 'backups'),
      hostKey: sshd.hostKey,
      credentials: { privateKey },
    } as const
    const place = await open(address)
    await keepsWhatItIsGiven(place, 17_000_003)
    await place.remove('large.bin')
    await namesAndReplaces(place)
    await leavesNothingHalf(place)
    await until('not even a draft is left', async () => {
      const left = await readdir(address.path, { recursive: true, withFileTypes: true })
      return !left.some((entry) => entry.isFile())
    })
    assert.ok(((await place.free()) ?? 0) > 0)

    await leavesOldDrafts(address.path, ['.draft-old', '.draft-young'])
    // As a server leaves it that cannot replace in one step, when whoever replaces is killed.
    for (const name of ['.aside-lost', '.aside-young', '.aside-a'])
      await writeFile(join(address.path, name), name)
    await writeFile(join(address.path, 'a-whole'), 'x')
    await writeFile(join(address.path, '.aside-a-whole'), 'before')
    const next = await open(address)
    await put(next, 'next', 'x')
    assert.deepEqual(
      (await readdir(address.path)).toSorted(),
      ['.aside-young', '.draft-young', 'a', 'a-whole', 'lost', 'media', 'next'],
      'what was put aside comes back where nothing has taken its place',
    )
    for (const name of ['next', 'lost', 'a-whole']) await next.remove(name)
    await next.close()

    sshd.cutSessions()
    // What was under way fails; what comes after does not.
    await until('the connection to be made anew', async () => put(place, 'after', 'x'))
    assert.deepEqual(
      (await listed(place)).map(({ name }) => name),
      ['after'],
    )
    await place.close()

    for (const hostKey of [null, `SHA256:${'A'.repeat(43)}`]) {
      const doubted = await open({ ...address, hostKey })
      await assert.rejects(put(doubted, 'a', 'x'), (error) => {
        assert.ok(isHomebirdError(error, 'UNPROCESSABLE'))
        assert.equal(error.details['seenHostKey'], sshd.hostKey)
        return true
      })
    }
    const keyFile = join(folder, 'key')
    await writeFile(keyFile, makeSftpKey().privateKey)
    const stranger = await open({ ...address, credentials: { keyFile } })
    await assert.rejects(listed(stranger), fails(/does not let .* in/))
    const keyless = await open({ ...address, credentials: { keyFile: join(folder, 'none') } })
    await assert.rejects(listed(keyless), fails(/key .* cannot be read/))
    await sshd.stop()
    await assert.rejects(listed(await open(address)), fails(/does not answer to SSH/))
  },
)

test(
  'a server over WebDAV keeps what it is given, and says what is wrong with it',
  { skip: NO_WEBDAV ?? false },
  async (t) => {
    const server = await openWebdavServer()
    t.after(async () => server[Symbol.asyncDispose]())
    const place = await open(server.address)
    await keepsWhatItIsGiven(place, 17_000_003)
    await place.remove('large.bin')
    await namesAndReplaces(place)
    await leavesNothingHalf(place)
    await until('not even a draft is left', async () => {
      const left = await readdir(server.files, { recursive: true, withFileTypes: true })
      return !left.some((entry) => entry.isFile() && entry.name.includes('draft'))
    })
    const folder = join(server.files, 'homes')
    await leavesOldDrafts(folder, ['old.backup.draft', 'young.backup.draft'])
    const next = await open(server.address)
    await put(next, 'next', 'x')
    const lying = (await readdir(folder)).filter((name) => /next|draft/.test(name))
    assert.deepEqual(lying.toSorted(), ['next', 'young.backup.draft'])
    const free = await place.free()
    assert.ok(free === null || free >= 0)
    const stranger = await open(server.address.replace('sesame', 'barley'))
    await assert.rejects(listed(stranger), fails(/does not let this account in/))
    await assert.rejects(put(stranger, 'a', 'x'), fails(/does not let this account in/))
    const above = await open(server.address.replace('/dav/homes', '/dav/none/homes'))
    await assert.rejects(put(above, 'a', 'x'), fails(/the folder is not there/))
    const elsewhere = await open(server.address.replace('/dav/homes', '/other'))
    await assert.rejects(put(elsewhere, 'a', 'x'), fails(/none of WebDAV|not there/))
    await server.stop()
    await assert.rejects(listed(place), fails(/does not answer/))
    for (const one of [place, next, stranger, above, elsewhere]) await one.close()
  },
)

test('a server that knows neither permissions nor renaming over a file loses nothing by it', async (t) => {
  const server = await openPlainSftp(t)
  const place = await open({
    kind: 'sftp',
    user: 'ana',
    host: '127.0.0.1',
    port: server.port,
    path: '/backups',
    hostKey: server.hostKey,
    credentials: { password: 'sesame' },
  })
  t.after(async () => place.close())
  for (const name of ['b.bin', 'media/0a/x']) await put(place, name, 'first')
  assert.deepEqual(
    (await listed(place)).map(({ name, bytes }) => [name, bytes]),
    [
      ['b.bin', 5],
      ['media/0a/x', 5],
    ],
  )
  await put(place, 'b.bin', 'second')
  assert.equal((await got(place, 'b.bin')).toString(), 'second')
  server.refusesTo('/backups/b.bin')
  await assert.rejects(put(place, 'b.bin', 'third'), fails(/Failure/))
  assert.equal((await got(place, 'b.bin')).toString(), 'second')
  assert.deepEqual(server.files(), ['/backups/b.bin', '/backups/media/0a/x'])
})
