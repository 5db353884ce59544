/** Taking a copy of the home back: what stands here then, when it is refused, crashes in between. */
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
import { copyFolder, listCopies } from '../../../server/appliance/copies/copy-manifest.ts'
import { readRunVersion, writeRunVersion } from '../../../server/appliance/copies/run-version.ts'
import { finishExchange } from '../../../server/appliance/copies/change-places.ts'
import { lockDataDir } from '../../../server/appliance/data-dir-lock.ts'
import { openGround } from '../../../server/appliance/ground.ts'
import { readHomeJournal, takeHomeCopyBack } from '../../../server/appliance/index.ts'
import { renewSecrets } from '../../../server/appliance/renew-secrets.ts'
import { NOT_SEALED, writeSealState } from '../../../server/appliance/seal-file.ts'
import type { Sealer } from '../../../server/appliance/sealer.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { SecretBox, newBoxKey } from '../../../server/core/secret-box.ts'
import { VERSION } from '../../../server/core/version.ts'
import { type CopiedHome, openCopiedHome } from '../../support/copied-home.ts'

const opened = { text: newBoxKey(), isToBeSealedAgain: false }

const copyNames = ({ dir }: CopiedHome): string[] => listCopies(dir).map(({ name }) => name)

async function copied(home: CopiedHome, after = '0.0.1'): Promise<string> {
  const name = await home.copyAfter(after)
  assert.ok(name !== null)
  return name
}

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

  await home.takeBack(done.replaced ?? '')
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
    finishExchange(home.dir)
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

for (const [how, answer, words] of [
  ['is asked for the secrets of a home that it has sealed', async () => opened, null],
  [
    'that refuses keeps no copy from being taken back',
    () => Promise.reject(new Error('no')),
    /without the secrets/,
  ],
] as const) {
  test(`a keychain ${how}`, async (t) => {
    const home = openCopiedHome(t)
    home.write('debug')
    const name = await copied(home)
    home.write('error')
    writeSealState(home.dir, { ...NOT_SEALED, key: 'a2V5' })
    const asked: string[] = []
    const sealer: Sealer = {
      refusal: async () => null,
      seal: async () => assert.fail('nothing is to be sealed'),
      open(sealed) {
        asked.push(Buffer.from(sealed).toString())
        return answer()
      },
    }
    const sources = { env: { HOMEBIRD_DATA_DIR: home.dir.path } }
    await takeHomeCopyBack(sources, name, { sealer })
    assert.deepEqual(asked, ['key'])
    assert.deepEqual(home.read(), ['debug', 'debug', 'debug'])
    const warnings = readHomeJournal(sources, 10).filter(({ level }) => level === 'warn')
    assert.equal(warnings.length, words === null ? 0 : 1)
    assert.match(warnings[0]?.message ?? '', words ?? /^$/)
  })
}

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
    finishExchange(dir)
    assert.deepEqual(home.read(), ['debug', 'debug', 'debug'])
    assert.equal(readRunVersion(dir), '0.0.1')
    assert.equal(existsSync(paths.staged), false)
    finishExchange(dir)
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
