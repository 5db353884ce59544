/** A restored home that lies ready takes the place of the one that is there at its next start, whatever broke off before. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { openApplianceStore } from '../../../server/appliance/appliance-store.ts'
import { arrivedMedia, finishExchange, planExchange } from '../../../server/appliance/copies/change-places.ts'
import { listCopies } from '../../../server/appliance/copies/copy-manifest.ts'
import { keepNewestReplaced } from '../../../server/appliance/copies/take-copy.ts'
import { readRunVersion } from '../../../server/appliance/copies/run-version.ts'
import { fitSettings } from '../../../server/appliance/keeping/fit-settings.ts'
import type { OutsideSources } from '../../../server/appliance/ground.ts'
import { clearIncoming } from '../../../server/appliance/keeping/incoming.ts'
import { stageRestore } from '../../../server/appliance/keeping/stage-restore.ts'
import { takeInMedia } from '../../../server/appliance/keeping/take-in-media.ts'
import { type DataDir, createDataDir, createRooms } from '../../../server/core/data-dir.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { PLAIN_BOX, SecretBox, SecretFolder, newBoxKey } from '../../../server/core/secret-box.ts'
import { VERSION } from '../../../server/core/version.ts'
import { openCopiedHome } from '../../support/copied-home.ts'
import { LAID_MEDIUM, layIncoming } from '../../support/laid-home.ts'
import { testDataDir } from '../../support/test-ground.ts'

const NOW = new Date('2026-11-30T02:00:00Z')

const plan = (dir: DataDir) =>
  planExchange(dir, { name: 'a.backup', ofVersion: VERSION, from: 'incoming', now: NOW })

type Places = { readonly dir: DataDir; readonly incoming: DataDir; readonly kept: string }

const CRASHES: Readonly<Record<string, (places: Places) => void>> = {
  'before the first step': () => undefined,
  'after the cluster went away': ({ dir, kept }) =>
    renameSync(join(dir.postgres, '18'), join(kept, 'postgres')),
  'after the cluster changed places': ({ dir, incoming, kept }) => {
    renameSync(join(dir.postgres, '18'), join(kept, 'postgres'))
    renameSync(join(incoming.postgres, '18'), join(dir.postgres, '18'))
  },
  'after the secrets went away': ({ dir, incoming, kept }) => {
    renameSync(join(dir.postgres, '18'), join(kept, 'postgres'))
    renameSync(join(incoming.postgres, '18'), join(dir.postgres, '18'))
    renameSync(dir.secrets, join(kept, 'secrets'))
  },
}

for (const [when, crash] of Object.entries(CRASHES)) {
  test(`a restored home takes its place after a crash ${when}, and what stood there can be taken back`, async (t) => {
    const home = openCopiedHome(t)
    const { dir } = home
    home.write('error')
    const incoming = layIncoming(home.dir, 'debug')
    const { replaced } = plan(dir)
    const kept = join(dir.backups, replaced ?? '')
    mkdirSync(kept, { mode: 0o700 })
    crash({ dir, incoming, kept })
    assert.deepEqual(finishExchange(dir), { name: 'a.backup', replaced, from: 'incoming' })
    assert.equal(finishExchange(dir), null)
    assert.deepEqual(home.read(), ['debug', 'debug', 'debug'])
    assert.equal(readRunVersion(dir), VERSION)
    assert.equal(existsSync(incoming.path), false)
    await takeInMedia(dir, dir.media)
    assert.equal(readFileSync(join(dir.media, LAID_MEDIUM), 'utf8'), 'debug')
    assert.equal(existsSync(arrivedMedia(dir)), false)
    assert.deepEqual(
      listCopies(dir).map(({ name }) => name),
      [replaced],
    )
    await home.takeBack(replaced ?? '')
    assert.deepEqual(home.read(), ['error', 'error', 'error'])
  })
}

test('who tries one backup after the other still has the home that stood here at first, for a week', (t) => {
  const home = openCopiedHome(t)
  const { dir } = home
  home.write('error')
  const names: string[] = []
  for (const minute of [1, 2, 3, 4]) {
    layIncoming(home.dir, 'debug')
    const now = new Date(NOW.getTime() + minute * 60_000)
    names.unshift(planExchange(dir, { name: 'a', ofVersion: VERSION, from: 'incoming', now }).replaced ?? '')
    finishExchange(dir)
    keepNewestReplaced(dir, now)
  }
  const kept = (): string[] => listCopies(dir).map(({ name }) => name)
  assert.deepEqual(kept(), names)
  keepNewestReplaced(dir, new Date(NOW.getTime() + 8 * 86_400_000))
  assert.deepEqual(kept(), names.slice(0, 2))
})

test('what was begun and never finished goes, and the home stays', async (t) => {
  const home = openCopiedHome(t)
  home.write('error')
  const incoming = layIncoming(home.dir, 'debug')
  assert.equal(finishExchange(home.dir), null)
  await clearIncoming(home.dir, new SecretFolder(home.dir.secrets, PLAIN_BOX), () => undefined)
  assert.equal(existsSync(incoming.path), false)
  assert.deepEqual(home.read(), ['error', 'error', 'error'])
})

test('where nothing stood nothing is kept', (t) => {
  const dir = createDataDir(testDataDir(t))
  createRooms(dir)
  layIncoming(dir, 'debug')
  assert.equal(plan(dir).replaced, null)
  assert.equal(finishExchange(dir)?.replaced, null)
  assert.deepEqual(readdirSync(dir.backups), [])
  assert.equal(readFileSync(join(dir.secrets, 'one'), 'utf8'), 'debug')
})

test('settings of another machine are left out by name, and those that fit stay', (t) => {
  const dir = createDataDir(testDataDir(t))
  createRooms(dir)
  const store = openApplianceStore(dir)
  t.after(() => store.close())
  store.saveSetting('databaseUrl', 'postgresql://me:secret@db.example/home')
  store.saveSetting('mediaRoot', '/no/such/place/at/all')
  store.saveSetting('privateListen', '203.0.113.9:4181')
  store.saveSetting('bind', '127.0.0.1')
  store.saveSetting('logLevel', 'debug')
  const { leftOut, taken } = fitSettings(store, { bind: '127.0.0.1' })
  assert.deepEqual(store.settings(), { bind: '127.0.0.1', logLevel: 'debug' })
  assert.deepEqual(taken, ['HOMEBIRD_LOG_LEVEL'])
  assert.equal(leftOut.length, 3)
  assert.equal(
    leftOut.some((line) => line.includes('secret')),
    false,
  )
})

/** A file as whoever makes a backup by hand may write it. */
function openForeignStore(t: TestContext, rows: Readonly<Record<string, unknown>>) {
  const dir = createDataDir(testDataDir(t))
  createRooms(dir)
  openApplianceStore(dir).close()
  const file = new Database(dir.applianceDatabase)
  file.exec('drop table setting; create table setting (name primary key, value, changed_at)')
  const insert = file.prepare(`insert into setting values (?, ?, '')`)
  for (const [name, value] of Object.entries(rows)) insert.run(name, value)
  file.close()
  const store = openApplianceStore(dir)
  t.after(() => store.close())
  return store
}

test('which program is run is for the home that is there to say, and not for a backup', (t) => {
  const command = '["/bin/sh","-c","echo mine"]'
  const rows = {
    tunnel: 'command',
    tunnelCommand: command,
    tunnelProgram: '/bin/sh',
    postgresPrograms: '/usr/bin',
    logLevel: 'debug',
  }
  const foreign = openForeignStore(t, rows)
  const { leftOut, taken } = fitSettings(foreign)
  assert.deepEqual(foreign.settings(), { tunnel: 'command', logLevel: 'debug' })
  assert.match(leftOut.join(), /HOMEBIRD_TUNNEL_COMMAND of the backup was left out: .* set it again/)
  assert.match(leftOut.join(), /HOMEBIRD_TUNNEL_PROGRAM/)
  assert.match(leftOut.join(), /HOMEBIRD_POSTGRES_PROGRAMS/)
  assert.deepEqual(taken.toSorted(), ['HOMEBIRD_LOG_LEVEL', 'HOMEBIRD_TUNNEL'])
  const own = openForeignStore(t, rows)
  assert.deepEqual(fitSettings(own, rows), { leftOut: [], taken: [] })
  assert.deepEqual(own.settings(), rows)
  const older = openForeignStore(t, { tunnel: 'command', tunnelCommand: '["/bin/other"]' })
  const here = {
    tunnelCommand: command,
    tunnelProgram: '/bin/sh',
    postgresPrograms: 'no folder',
    port: '4999',
  }
  const fitted = fitSettings(older, here)
  assert.deepEqual(older.settings(), { tunnel: 'command', tunnelCommand: command, tunnelProgram: '/bin/sh' })
  assert.match(fitted.leftOut.join(), /^HOMEBIRD_TUNNEL_COMMAND .* what this home says of it stays$/)
  assert.deepEqual(fitted.taken, ['HOMEBIRD_TUNNEL'])
})

test('a setting that goes with what this machine says from outside is kept', (t) => {
  const rows = { serviceDomain: 'www.home.example' }
  const fittedWith = (outside: OutsideSources): Readonly<Record<string, unknown>> => {
    const store = openForeignStore(t, rows)
    fitSettings(store, {}, outside)
    return store.settings()
  }
  assert.deepEqual(fittedWith({ env: { HOMEBIRD_DOMAIN: 'home.example' } }), rows)
  assert.deepEqual(fittedWith({ env: {}, file: { HOMEBIRD_DOMAIN: 'home.example' } }), rows)
  assert.deepEqual(fittedWith({ env: {} }), {})
})

test('whatever stands in the settings of a backup, the home starts with what is left of them', (t) => {
  const store = openForeignStore(t, {
    port: '99999',
    logLevel: 'debug',
    heapMegabytes: 64,
    mediaRoot: Buffer.from('/'),
    dataDir: '/',
    configFile: '/etc/passwd',
    constructor: 'x',
    tunnelToken: new SecretBox(newBoxKey()).seal('setting:tunnelToken', Buffer.from('token')).toString(),
    cdn: 'nginx',
    cdnPurgeUrl: 'http://127.0.0.1:6081',
    serviceDomain: 'www.home.example',
    cachesMedia: 'file:///no/such/place/100%',
    translatorUrl: '/100%',
  })
  const { leftOut } = fitSettings(store)
  assert.deepEqual(store.settings(), { logLevel: 'debug' })
  assert.doesNotThrow(() => loadConfig({ env: {}, store: store.settings() }))
  assert.match(leftOut.join('\n'), /HOMEBIRD_PORT of the backup was left out: it must be integer 0\.\.65535/)
  assert.match(leftOut.join('\n'), /HOMEBIRD_TUNNEL_TOKEN .* another keychain/)
  assert.match(leftOut.join('\n'), /HOMEBIRD_CDN .* does not go with the other settings/)
  assert.match(leftOut.join('\n'), /HOMEBIRD_CDN_PURGE_URL .* does not go with/)
})

test('a restored home that lies ready is not laid anew, as it may be all that there is', async (t) => {
  const home = openCopiedHome(t)
  home.write('error')
  const incoming = layIncoming(home.dir, 'debug')
  plan(home.dir)
  const untouched = {} as unknown as Parameters<typeof stageRestore>[0]
  await assert.rejects(
    stageRestore({ ...untouched, dir: home.dir }),
    /a home lies ready already and takes its place at the next start/,
  )
  assert.equal(readFileSync(join(incoming.secrets, 'one'), 'utf8'), 'debug')
})
