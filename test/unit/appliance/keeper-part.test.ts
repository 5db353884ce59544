/** The keeper as the supervisor keeps it, over a real process that tells of nothing. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openApplianceStore } from '../../../server/appliance/appliance-store.ts'
import { CHILD_LIMITS, Child } from '../../../server/appliance/child.ts'
import { BackupSettings } from '../../../server/appliance/keeping/backup-settings.ts'
import type { LiveRestore } from '../../../server/appliance/keeping/live-restore.ts'
import { KeeperPart } from '../../../server/appliance/keeping/keeper-part.ts'
import { asItLies } from '../../../server/appliance/keeping/other-disk.ts'
import { Silence } from '../../../server/appliance/keeping/silence.ts'
import { createNodeLauncher } from '../../../server/appliance/node-launcher.ts'
import type { BackupsOverview } from '../../../server/contracts/backups.ts'
import { USUAL_CONDITIONS } from '../../../server/contracts/child-message.ts'
import { parsePlaceAddress } from '../../../server/core/backup-places.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { dataDirAt } from '../../../server/core/data-dir.ts'
import { PLAIN_BOX, SecretFolder } from '../../../server/core/secret-box.ts'
import { until } from '../../support/until.ts'

const ENTRY = join(import.meta.dirname, '..', '..', 'support', 'children', 'plain-child.ts')

function openPart(t: TestContext, restore: LiveRestore | null = null, isFirst = true) {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-keeper-'))
  const dir = dataDirAt(folder)
  const store = openApplianceStore(dir)
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const sources = { env: { HOMEBIRD_DATA_DIR: folder } }
  const launcher = createNodeLauncher({
    env: { PATH: process.env['PATH'] },
    entries: { migrate: ENTRY, server: ENTRY, worker: ENTRY, tunnel: ENTRY, decoder: ENTRY, keeper: ENTRY },
  })
  const keeper = new KeeperPart({
    isFirst: () => isFirst,
    silentMs: 200,
    store,
    secrets: new SecretFolder(dir.secrets, PLAIN_BOX),
    admin: () => null,
    restore,
    notice: () => undefined,
    backups: new BackupSettings({
      loaded: loadConfig(sources),
      store,
      sources,
      box: PLAIN_BOX,
      conditions: () => USUAL_CONDITIONS,
      startedAt: Date.now(),
    }),
    launch: () =>
      new Child(
        launcher,
        { role: 'keeper', name: 'keeper' },
        { line: () => undefined, notice: () => undefined },
        CHILD_LIMITS,
      ),
    startMessage: (job) => ({
      type: 'start',
      role: 'keeper',
      index: 0,
      dataDir: folder,
      settings: {},
      database: { host: '/nowhere', port: 1, user: '', password: '', database: '', ssl: 'disable' },
      connections: 3,
      publicListen: null,
      privateListen: null,
      oneTimeKeyHash: null,
      windowDir: null,
      waysIn: [],
      vantage: null,
      decoderSocket: null,
      conditions: USUAL_CONDITIONS,
      secretsKey: null,
      home: null,
      job,
    }),
  })
  t.after(() => keeper.stop())
  return { keeper, store }
}

test('a keeper that tells of nothing for too long is ended, and that is told as a failure', async (t) => {
  const { keeper, store } = openPart(t)
  await keeper.answer({ kind: 'keeping', ask: 'start', order: { task: 'backup' } })
  assert.equal(keeper.busyWith(), 'backup')
  const [ended] = await until('it is ended', () => {
    const found = store.outcomes(1)
    return found.length > 0 ? found : undefined
  })
  assert.equal(ended?.result, 'failed')
  assert.match(ended?.message ?? '', /no progress for two hours, in the step "start"/)
  assert.equal(keeper.busyWith(), null)
})

test('once a restored home lies ready no other job begins: it would disturb what takes its place', async (t) => {
  const reopened = Promise.withResolvers<undefined>()
  const [startedAt, endedAt] = ['2026-11-30T02:00:00.000Z', '2026-11-30T02:01:00.000Z']
  const { keeper } = openPart(t, {
    stage: async () => ({ task: 'restore', result: 'done', startedAt, endedAt, subject: 'a', message: null }),
    reopen: () => reopened.resolve(undefined),
  })
  const order = { task: 'restore', from: { file: '/a.backup' }, words: null } as const
  await keeper.answer({ kind: 'keeping', ask: 'start', order })
  await reopened.promise
  await assert.rejects(keeper.answer({ kind: 'keeping', ask: 'start', order }), /the home is stopping/)
  await assert.rejects(
    keeper.answer({ kind: 'keeping', ask: 'start', order: { task: 'backup' } }),
    /is stopping/,
  )
})

test('a machine says of its backups whether it makes them or another does', async (t) => {
  for (const isFirst of [true, false]) {
    const { keeper } = openPart(t, null, isFirst)
    const overview = (await keeper.answer({ kind: 'keeping', ask: 'backups' })) as BackupsOverview
    assert.equal(overview.isFirst, isFirst)
  }
})

const SHARED_MEMORY = '/dev/shm'

test(
  'a folder on a disk of its own is kept as one that may be away',
  { skip: existsSync(SHARED_MEMORY) ? false : 'there is no second disk here' },
  async (t) => {
    const other = mkdtempSync(join(SHARED_MEMORY, 'homebird-disk-'))
    const home = mkdtempSync(join(tmpdir(), 'homebird-home-'))
    t.after(() => {
      for (const folder of [other, home]) rmSync(folder, { recursive: true, force: true })
    })
    const kindOf = (path: string) => asItLies(parsePlaceAddress(path), home)
    assert.deepEqual(await kindOf(other), { kind: 'folder', path: other, isOtherDisk: true })
    for (const path of [home, join(other, 'not-there'), 'own'])
      assert.deepEqual(await kindOf(path), parsePlaceAddress(path))
  },
)

test('a folder whose disk does not answer is refused, and nothing waits for it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const silent = asItLies(
    parsePlaceAddress('/media/far'),
    '/home/ana',
    () => new Promise<never>(() => undefined),
  )
  t.mock.timers.tick(10_000)
  await assert.rejects(silent, /the disk of \/media\/far does not answer within 10 s/)
})

test('what slept with the machine was not silent: each step counts once, however late it comes', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let count = 0
  const silence = new Silence(120_000, () => (count += 1))
  t.mock.timers.tick(119_000)
  silence.heard()
  t.mock.timers.tick(119_999)
  assert.equal(count, 0)
  t.mock.timers.tick(500_000)
  assert.equal(count, 1)
  silence.end()
})
