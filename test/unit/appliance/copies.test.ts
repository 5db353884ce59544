/** The copy before the first start of another version, and taking one back: what is in it, when it is refused, crashes in between. */
import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openApplianceStore } from '../../../server/appliance/appliance-store.ts'
import { measureRoom, requireRoom } from '../../../server/appliance/copies/copy-files.ts'
import { copyFolder, listCopies } from '../../../server/appliance/copies/copy-manifest.ts'
import { readRunVersion, writeRunVersion } from '../../../server/appliance/copies/run-version.ts'
import { finishTakingBack } from '../../../server/appliance/copies/take-back.ts'
import { copyBeforeNewVersion } from '../../../server/appliance/copies/take-copy.ts'
import { lockDataDir } from '../../../server/appliance/data-dir-lock.ts'
import { openGround } from '../../../server/appliance/ground.ts'
import { measureHomeCopy } from '../../../server/appliance/index.ts'
import { renewSecrets } from '../../../server/appliance/renew-secrets.ts'
import { createDataDir } from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { SecretBox, newBoxKey } from '../../../server/core/secret-box.ts'
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

test('a copy that is taken back stands in the place of the home, and what stood there can be taken back too', async (t) => {
  const home = openCopiedHome(t)
  home.write('debug')
  const name = await copied(home, '0.0.1')
  home.write('error')
  writeRunVersion(home.dir)
  const done = await home.takeBack(name)
  assert.deepEqual(home.read(), ['debug', 'debug', 'debug'])
  assert.equal(readRunVersion(home.dir), '0.0.1')
  assert.deepEqual(copyNames(home), [done.replaced, name])
  assert.equal(listCopies(home.dir)[0]?.manifest?.kind, 'replaced')

  await home.takeBack(done.replaced)
  assert.deepEqual(home.read(), ['error', 'error', 'error'])
  assert.equal(readRunVersion(home.dir), VERSION)
})

for (const [what, partOf] of [
  ['the copies', (home: CopiedHome) => home.dir.backups],
  ['the database', (home: CopiedHome) => home.dir.postgres],
  ['the secrets', (home: CopiedHome) => home.dir.secrets],
] as const) {
  test(`where ${what} lie on another disk nothing is taken back, and the home starts as it is`, async (t) => {
    const home = openCopiedHome(t)
    const elsewhere = '/dev/shm'
    if (!existsSync(elsewhere) || statSync(elsewhere).dev === statSync(home.dir.path).dev)
      return t.skip('there is one disk only')
    home.write('debug')
    const name = await copied(home)
    home.write('error')
    const far = mkdtempSync(join(elsewhere, 'hb-far-'))
    t.after(() => rmSync(far, { recursive: true, force: true }))
    const part = partOf(home)
    cpSync(part, far, { recursive: true })
    rmSync(part, { recursive: true })
    symlinkSync(far, part)
    await assert.rejects(
      home.takeBack(name),
      (error) =>
        isHomebirdError(error, 'DATA_DIR_UNUSABLE') &&
        error.message.includes(`what is in ${part}: it is `) &&
        error.message.includes('nothing was changed'),
    )
    finishTakingBack(home.dir)
    assert.deepEqual(home.read(), ['error', 'error', 'error'])
    assert.deepEqual(
      readdirSync(home.dir.path).filter((entry) => entry.includes('taking-back')),
      [],
    )
    assert.deepEqual(
      readdirSync(far).filter((entry) => entry.includes('taking-back')),
      [],
    )
  })
}

test('what a taking back had staged when it was killed goes with the next start', async (t) => {
  const home = openCopiedHome(t)
  home.write('error')
  const staged = join(home.dir.path, '.taking-back')
  mkdirSync(join(staged, 'postgres', 'base'), { recursive: true })
  writeFileSync(join(staged, 'postgres', 'PG_VERSION'), '18')
  const sources = { env: { HOMEBIRD_DATA_DIR: home.dir.path } }
  lockDataDir(home.dir).release()
  const { ground } = await openGround(sources, async () => undefined)
  ground.release()
  assert.equal(existsSync(staged), false)
  assert.deepEqual(home.read(), ['error', 'error', 'error'])
})

test('secrets are renewed in what a broken-off taking back leaves when it is done', async (t) => {
  const home = openCopiedHome(t)
  home.write('debug')
  const name = await copied(home, '0.0.1')
  home.write('error')
  const { dir } = home
  const staged = join(dir.path, '.taking-back')
  const kept = join(dir.backups, `replaced-${VERSION}-20261129T130000Z`)
  layOut(home, name, { cluster: '', secrets: '', store: '', staged, kept })
  const box = new SecretBox(newBoxKey())
  writeFileSync(join(staged, 'secrets', 'tunnel-token'), box.seal('tunnel-token', Buffer.from('a')))
  renameSync(dir.secrets, join(kept, 'secrets'))
  lockDataDir(dir).release()
  const { secrets } = renewSecrets({ env: { HOMEBIRD_DATA_DIR: dir.path } }, new Date())
  assert.deepEqual(
    secrets.map((secret) => secret.name),
    ['tunnel-token'],
  )
  assert.equal(existsSync(staged), false)
  assert.deepEqual(home.read(), ['debug', 'debug', 'debug'])
})

test('a copy is taken back into a folder whose cluster is gone', async (t) => {
  const home = openCopiedHome(t)
  home.write('debug')
  const name = await copied(home)
  renameSync(join(home.dir.postgres, '18'), join(home.dir.postgres, 'elsewhere'))
  await home.takeBack(name)
  assert.deepEqual(home.read(), ['debug', 'debug', 'debug'])
})

for (const [what, damage, words] of [
  ['a changed file', (file: string) => writeFileSync(file, 'infO'), /1259 was changed since/],
  ['a shortened file', (file: string) => truncateSync(file, 1), /1259 has 1 bytes instead of 4/],
  ['a missing file', (file: string) => renameSync(file, `${file}-gone`), /1259 cannot be read/],
] as const) {
  test(`a copy with ${what} is refused by the file's name, and the home stays`, async (t) => {
    const home = openCopiedHome(t)
    home.write('info')
    const name = await copied(home)
    home.write('error')
    damage(join(copyFolder(home.dir, name), 'postgres', 'base', '1', '1259'))
    await assert.rejects(
      home.takeBack(name),
      (error) => isHomebirdError(error, 'DOCUMENT_INVALID') && words.test(error.message),
    )
    assert.deepEqual(home.read(), ['error', 'error', 'error'])
    assert.equal(existsSync(join(home.dir.path, '.taking-back')), false)
  })
}

test('a manifest that was changed is refused, and its copy is listed with the reason', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const name = await copied(home)
  const file = join(copyFolder(home.dir, name), 'manifest.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('0.0.1', '0.0.2'))
  assert.equal(listCopies(home.dir)[0]?.problem, 'its manifest was changed since')
  await assert.rejects(home.takeBack(name), /its manifest was changed since; choose another/)
})

test('a name that is no copy is refused with those that are, and no path is followed', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const name = await copied(home)
  await assert.rejects(home.takeBack('../secrets'), (error) => {
    return isHomebirdError(error, 'NOT_FOUND') && error.message.includes(name)
  })
})

test('a copy of another PostgreSQL is refused, naming the Homebird that can take it back', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const name = await copied(home, '0.0.7')
  const { writeManifest } = await import('../../../server/appliance/copies/copy-manifest.ts')
  const manifest = listCopies(home.dir)[0]?.manifest
  assert.ok(manifest)
  writeManifest(copyFolder(home.dir, name), { ...manifest, postgresMajor: '17' })
  await assert.rejects(home.takeBack(name), /PostgreSQL 17.*with Homebird 0\.0\.7/)
})

/** Each is where a crash may fall: what was already done when the power went. */
const CRASHES: readonly (readonly [string, (paths: Paths) => void])[] = [
  ['before the first step', () => undefined],
  ['after the cluster went away', ({ cluster, kept }) => renameSync(cluster, join(kept, 'postgres'))],
  [
    'after the cluster changed places',
    ({ cluster, kept, staged }) => {
      renameSync(cluster, join(kept, 'postgres'))
      renameSync(join(staged, 'postgres'), cluster)
    },
  ],
  [
    'after the secrets went away',
    ({ cluster, kept, staged, secrets }) => {
      renameSync(cluster, join(kept, 'postgres'))
      renameSync(join(staged, 'postgres'), cluster)
      renameSync(secrets, join(kept, 'secrets'))
    },
  ],
  [
    'after the store went away',
    ({ cluster, kept, staged, secrets, store }) => {
      renameSync(cluster, join(kept, 'postgres'))
      renameSync(join(staged, 'postgres'), cluster)
      renameSync(secrets, join(kept, 'secrets'))
      renameSync(join(staged, 'secrets'), secrets)
      renameSync(store, join(kept, 'appliance.sqlite'))
    },
  ],
]

interface Paths {
  readonly cluster: string
  readonly secrets: string
  readonly store: string
  readonly staged: string
  readonly kept: string
}

for (const [when, crash] of CRASHES) {
  test(`a crash ${when} is finished by the next start`, async (t: TestContext) => {
    const home = openCopiedHome(t)
    home.write('debug')
    const name = await copied(home, '0.0.1')
    home.write('error')
    const { dir } = home
    const paths: Paths = {
      cluster: join(dir.postgres, '18'),
      secrets: dir.secrets,
      store: dir.applianceDatabase,
      staged: join(dir.path, '.taking-back'),
      kept: join(dir.backups, `replaced-${VERSION}-20261129T130000Z`),
    }
    layOut(home, name, paths)
    crash(paths)
    finishTakingBack(dir)
    assert.deepEqual(home.read(), ['debug', 'debug', 'debug'])
    assert.equal(readRunVersion(dir), '0.0.1')
    assert.equal(existsSync(paths.staged), false)
    finishTakingBack(dir)
    const replaced = listCopies(dir).find(({ manifest }) => manifest?.kind === 'replaced')
    await home.takeBack(replaced?.name ?? '')
    assert.deepEqual(home.read(), ['error', 'error', 'error'])
  })
}

/** As it is right after the plan was written: everything is staged and nothing has changed places. */
function layOut(home: CopiedHome, name: string, { staged, kept }: Paths): void {
  const source = copyFolder(home.dir, name)
  const manifest = listCopies(home.dir)[0]?.manifest
  mkdirSync(kept, { mode: 0o700 })
  mkdirSync(staged, { mode: 0o700 })
  for (const part of ['postgres', 'secrets', 'appliance.sqlite'])
    renameSync(join(source, part), join(staged, part))
  const replacedManifest = { ...manifest, kind: 'replaced', ofVersion: VERSION }
  writeFileSync(
    join(home.dir.path, 'taking-back.json'),
    JSON.stringify({
      name,
      ofVersion: '0.0.1',
      replaced: kept.split('/').at(-1),
      replacedManifest: { ...replacedManifest, files: null, folders: null },
    }),
  )
}
