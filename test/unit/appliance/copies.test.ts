/** The copy before the first start of another version: what is in it, and when it is refused. */
import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openApplianceStore } from '../../../server/appliance/appliance-store.ts'
import { measureRoom, requireRoom } from '../../../server/appliance/copies/copy-files.ts'
import { copyFolder, listCopies } from '../../../server/appliance/copies/copy-manifest.ts'
import { readRunVersion } from '../../../server/appliance/copies/run-version.ts'
import { copyBeforeNewVersion } from '../../../server/appliance/copies/take-copy.ts'
import { measureHomeCopy } from '../../../server/appliance/index.ts'
import { createDataDir } from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { VERSION } from '../../../server/core/version.ts'
import { type CopiedHome, openCopiedHome } from '../../support/copied-home.ts'
import { testDataDir } from '../../support/test-ground.ts'

const copyNames = ({ dir }: CopiedHome): string[] => listCopies(dir).map(({ name }) => name)

async function copied(home: CopiedHome, after = '0.0.1'): Promise<string> {
  const name = await home.copyAfter(after)
  assert.ok(name !== null)
  return name
}

test('a folder that was never run is not copied, and remembers what runs in it', async (t) => {
  const dir = createDataDir(testDataDir(t))
  const needs = { hasExternalDatabase: false, notice: () => undefined }
  assert.equal(await copyBeforeNewVersion(dir, needs), null)
  assert.equal(readRunVersion(dir), VERSION)
  assert.equal(existsSync(dir.backups), false)
})

test('a home is copied before the first start of another version, and not before the second', async (t) => {
  const home = openCopiedHome(t)
  home.write('debug')
  const name = await copied(home, '0.0.1')
  assert.match(name, new RegExp(`^before-${VERSION.replaceAll('.', '[.]')}-\\d{8}T\\d{6}Z`))
  assert.equal(await home.copyAfter(VERSION), null)
  assert.deepEqual(copyNames(home), [name])
  const [copy] = listCopies(home.dir)
  assert.deepEqual(
    { ...copy?.manifest, files: null, folders: null, bytes: null, madeAt: null },
    {
      format: 1,
      kind: 'before',
      ofVersion: '0.0.1',
      beforeVersion: VERSION,
      madeAt: null,
      database: 'embedded',
      postgresMajor: '18',
      databaseState: 'stopped',
      bytes: null,
      folders: null,
      files: null,
    },
  )
})

test('a home of before versions were remembered is copied too', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const name = await home.copyAfter(null)
  assert.equal(listCopies(home.dir)[0]?.manifest?.ofVersion, null)
  assert.ok(name !== null)
})

test('the copy has every file and every empty folder, private, and not the file that names a process', async (t) => {
  const home = openCopiedHome(t)
  home.write('warn')
  const folder = copyFolder(home.dir, await copied(home))
  const cluster = join(folder, 'postgres')
  assert.deepEqual(readdirSync(cluster).sort(), ['PG_VERSION', 'base', 'global', 'pg_notify', 'pg_wal'])
  assert.deepEqual(readdirSync(join(cluster, 'pg_notify')), [])
  assert.equal(readFileSync(join(cluster, 'base', '1', '1259'), 'utf8'), 'warn')
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.equal(statSync(join(folder, 'secrets', 'one')).mode & 0o777, 0o600)
  const manifest = listCopies(home.dir)[0]?.manifest
  assert.deepEqual(
    manifest?.files?.map(({ path }) => path).sort(),
    [
      'appliance.sqlite',
      'postgres/PG_VERSION',
      'postgres/base/1/1259',
      'postgres/global/pg_control',
      'secrets/one',
    ].sort(),
  )
})

test('what still stands in the log of the store is in its copy', async (t) => {
  const home = openCopiedHome(t)
  home.write('error')
  const store = openApplianceStore(home.dir)
  t.after(() => store.close())
  store.saveSetting('logLevel', 'debug')
  assert.ok(statSync(`${home.dir.applianceDatabase}-wal`).size > 0)
  const folder = copyFolder(home.dir, await copied(home))
  const inCopy = openApplianceStore(
    { ...home.dir, applianceDatabase: join(folder, 'appliance.sqlite') },
    'read',
  )
  t.after(() => inCopy.close())
  assert.equal(inCopy.settings().logLevel, 'debug')
})

test('where the copy does not fit the start is refused with the numbers, and nothing was changed', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const room = await measureRoom(home.dir.backups, 0)
  if (room.clones) return t.skip('this file system keeps one body for both')
  // A file with nothing in it is as long as it says and takes no room itself.
  truncateSync(join(home.dir.postgres, '18', 'base', '1', '1259'), room.freeBytes)
  await assert.rejects(
    home.copyAfter('0.0.1'),
    (error) =>
      isHomebirdError(error, 'STORAGE_FULL') &&
      /needs \d+ MB in .*backups and \d+ MB are free/.test(error.message),
  )
  assert.deepEqual(readdirSync(home.dir.backups), [])
  assert.equal(readRunVersion(home.dir), '0.0.1')
})

test('where older copies would not make room enough none of them goes', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const names = [await copied(home), await copied(home)]
  const room = await measureRoom(home.dir.backups, 0)
  if (room.clones) return t.skip('this file system keeps one body for both')
  truncateSync(join(home.dir.postgres, '18', 'base', '1', '1259'), room.freeBytes)
  await assert.rejects(home.copyAfter('0.0.1'), (error) => isHomebirdError(error, 'STORAGE_FULL'))
  assert.deepEqual(copyNames(home), names.toReversed())
})

test('no room is asked for a database that is no part of the copy, and some for store and secrets', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const { clones } = await measureRoom(home.dir.backups, 0)
  if (clones) return t.skip('a copy takes no room here')
  const megabyte = 1024 * 1024
  truncateSync(join(home.dir.postgres, '18', 'base', '1', '1259'), 40 * megabyte)
  truncateSync(join(home.dir.secrets, 'one'), 10 * megabyte)
  const needed = async (env: Record<string, string> = {}): Promise<number> =>
    (await measureHomeCopy({ env: { HOMEBIRD_DATA_DIR: home.dir.path, ...env } })).neededBytes / megabyte
  assert.equal(Math.floor(await needed()), 64 + 50)
  assert.equal(
    Math.floor(await needed({ HOMEBIRD_DATABASE_URL: 'postgresql://a:b@db.example/home' })),
    64 + 10,
  )
})

test('what a copy would need can be asked before a new version is brought', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const { neededBytes, freeBytes } = await measureHomeCopy({
    env: { HOMEBIRD_DATA_DIR: home.dir.path },
    commandLine: {},
  })
  assert.ok(neededBytes >= 64 * 1024 * 1024 && freeBytes > 0)
})

test('a copy that fits exactly is not refused', () => {
  const room = { neededBytes: 100, freeBytes: 100, clones: false }
  requireRoom(room, 'somewhere', 'a copy')
  assert.throws(() => requireRoom({ ...room, freeBytes: 99 }, 'somewhere', 'a copy'), /another 1 MB/)
})

test('the newest two copies are kept, and what a killed start has left goes', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const names = [await copied(home), await copied(home)]
  mkdirSync(join(home.dir.backups, '.before-9.9.9-20260101T000000Z.new', 'postgres'), { recursive: true })
  names.push(await copied(home))
  assert.deepEqual(readdirSync(home.dir.backups).sort(), names.slice(1).sort())
})

test('an external database is not copied, and this is said; settings and secrets are', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const name = await home.copyAfter('0.0.1', { hasExternalDatabase: true })
  assert.equal(listCopies(home.dir)[0]?.manifest?.database, 'external')
  assert.equal(existsSync(join(copyFolder(home.dir, name ?? ''), 'postgres')), false)
  assert.ok(existsSync(join(copyFolder(home.dir, name ?? ''), 'secrets', 'one')))
  assert.ok(home.said.some((line) => line.startsWith('warn: the external database is not part of the copy')))
})

test('a copy that is broken off leaves nothing, and the next start makes it', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  await assert.rejects(
    home.copyAfter('0.0.1', { signal: AbortSignal.abort() }),
    (error) => isHomebirdError(error, 'NOT_RUNNING') && /nothing has changed/.test(error.message),
  )
  assert.deepEqual(readdirSync(home.dir.backups), [])
  assert.ok((await home.copyAfter('0.0.1')) !== null)
})

test('a link in the cluster is refused by its name: what it leads to would be missing', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  symlinkSync('/tmp', join(home.dir.postgres, '18', 'pg_tblspc'))
  await assert.rejects(home.copyAfter('0.0.1'), /pg_tblspc is a link/)
})
