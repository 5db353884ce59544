import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { FolderPlace } from '../../../server/keeping/places/folder-place.ts'
import {
  got,
  keepsWhatItIsGiven,
  leavesNothingHalf,
  listed,
  namesAndReplaces,
  put,
} from '../../support/place-promises.ts'

const SHARED_MEMORY = '/dev/shm'

async function folderOf(t: TestContext, above = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(above, 'homebird-place-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  return folder
}

async function ownFolder(t: TestContext): Promise<{ readonly place: FolderPlace; readonly path: string }> {
  const dataDir = await folderOf(t)
  const path = join(dataDir, 'backups', 'kept')
  return { path, place: new FolderPlace({ path, dataDir, label: 'this home', isOtherDisk: false }) }
}

test('a folder keeps objects of any size by their names, and leaves nothing half', async (t) => {
  const { place, path } = await ownFolder(t)
  await keepsWhatItIsGiven(place, 3_000_003)
  await place.remove('large.bin')
  await namesAndReplaces(place)
  await leavesNothingHalf(place)
  const left = await readdir(path, { recursive: true, withFileTypes: true })
  assert.deepEqual(
    left.filter((entry) => entry.isFile()).map(({ name }) => name),
    [],
    'not even a draft',
  )
  assert.ok(((await place.free()) ?? 0) > 0)
})

test('what a process left when it died is not listed, and the next of that name replaces it', async (t) => {
  const { place, path } = await ownFolder(t)
  await put(place, 'first', 'x')
  await writeFile(join(path, '.draft-second'), 'half')
  assert.deepEqual(
    (await listed(place)).map(({ name }) => name),
    ['first'],
  )
  await put(place, 'second', 'whole')
  assert.equal((await got(place, 'second')).toString(), 'whole')
  assert.deepEqual((await readdir(path)).sort(), ['first', 'second'])
})

test('what a process left that died a day ago goes with the next object, and what is being written stays', async (t) => {
  const { place, path } = await ownFolder(t)
  await put(place, 'first', 'x')
  for (const name of ['.draft-old', '.draft-new']) await writeFile(join(path, name), 'half')
  const twoDaysAgo = Date.now() / 1_000 - 2 * 86_400
  await utimes(join(path, '.draft-old'), twoDaysAgo, twoDaysAgo)
  await put(place, 'second', 'y')
  assert.deepEqual((await readdir(path)).sort(), ['.draft-new', 'first', 'second'])
})

test('what lies in a folder is nobody else’s to read', { skip: process.platform === 'win32' }, async (t) => {
  const { place, path } = await ownFolder(t)
  await put(place, 'media/one', 'x')
  assert.equal(statSync(join(path, 'media', 'one')).mode & 0o777, 0o600)
  assert.equal(statSync(join(path, 'media')).mode & 0o777, 0o700)
})

test('a folder that cannot be written says which and what to do', async (t) => {
  const { path: blocked, place: other } = await ownFolder(t)
  await put(other, 'file', 'x')
  const path = join(blocked, 'file', 'below')
  const place = new FolderPlace({ path, dataDir: blocked, label: path, isOtherDisk: false })
  await assert.rejects(put(place, 'a', 'x'), (error) => {
    assert.ok(isHomebirdError(error, 'UNAVAILABLE'))
    assert.ok(error.message.includes(path), error.message)
    return true
  })
})

test(
  'another disk is written only while it is there: its empty place is not filled',
  { skip: existsSync(SHARED_MEMORY) ? false : 'skipped: no second file system here' },
  async (t) => {
    const dataDir = await folderOf(t)
    const disk = await folderOf(t, SHARED_MEMORY)
    const connected = new FolderPlace({ path: disk, dataDir, label: `disk ${disk}`, isOtherDisk: true })
    await put(connected, 'a', 'x')
    assert.deepEqual(
      (await listed(connected)).map(({ name }) => name),
      ['a'],
    )
    const gone = (error: unknown): boolean => {
      assert.ok(isHomebirdError(error, 'UNAVAILABLE'))
      assert.match(error.message, /not connected; connect it/)
      return true
    }
    // Its place on the disk of the home is there, or is not.
    const mountPoint = await folderOf(t)
    for (const path of [mountPoint, join(mountPoint, 'deeper')]) {
      const away = new FolderPlace({ path, dataDir, label: `disk ${path}`, isOtherDisk: true })
      await assert.rejects(put(away, 'a', 'x'), gone)
      await assert.rejects(listed(away), gone)
      await assert.rejects(got(away, 'a'), gone)
      await assert.rejects(away.free(), gone)
    }
    assert.deepEqual(await readdir(mountPoint), [])
  },
)

test(
  'a folder that the system does not let be made is told, and nobody waits for it',
  { skip: existsSync('/proc/self') ? false : 'there is no such folder here' },
  async (t) => {
    const options = { label: 'nowhere', isOtherDisk: false, dataDir: await folderOf(t) }
    const place = new FolderPlace({ path: '/proc/nowhere/deep', ...options })
    await assert.rejects(put(place, 'a', 'x'), (error) => isHomebirdError(error, 'UNAVAILABLE'))
  },
)
