import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { BackupSettings, asksForBackups } from '../../../server/appliance/keeping/backup-settings.ts'
import { openApplianceStore } from '../../../server/appliance/appliance-store.ts'
import { readSettings } from '../../../server/appliance/ground.ts'
import { USUAL_CONDITIONS } from '../../../server/contracts/child-message.ts'
import type { KeeperOutcome } from '../../../server/contracts/keeping.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { dataDirAt } from '../../../server/core/data-dir.ts'
import { PLAIN_BOX } from '../../../server/core/secret-box.ts'

const HOUR_MS = 3_600_000

function settingsOf(t: TestContext, env: Record<string, string> = {}, file = '') {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-backup-settings-'))
  if (file !== '') writeFileSync(join(folder, 'homebird.env'), file)
  const store = openApplianceStore(dataDirAt(folder))
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const sources = { env: { ...env, HOMEBIRD_DATA_DIR: folder } }
  const settings = new BackupSettings({
    loaded: readSettings(sources).loaded,
    store,
    sources,
    box: PLAIN_BOX,
    conditions: () => USUAL_CONDITIONS,
    startedAt: Date.now() - 24 * HOUR_MS,
  })
  return { settings, store, sources }
}

/** Newest first, an hour apart. */
function outcomes(...told: readonly Partial<KeeperOutcome>[]): KeeperOutcome[] {
  return told.map((one, at) => outcome(new Date(Date.now() - at * HOUR_MS), one))
}

function outcome(at: Date, one: Partial<KeeperOutcome>): KeeperOutcome {
  const moment = at.toISOString()
  const usual = { task: 'backup', result: 'done', startedAt: moment, endedAt: moment } as const
  return { ...usual, subject: 'a', message: null, place: 'own', ...one }
}

test('a place is added with its secrets, shown without them, exchanged by itself and taken away', async (t) => {
  const { settings } = settingsOf(t)
  await settings.addPlace('webdav://ana:first@cloud.example/files')
  await settings.addPlace('webdav://ana:second@cloud.example/files')
  const { places } = settings.overview([])
  assert.deepEqual(
    places.map(({ label }) => label),
    ['this home', 'https://cloud.example/files'],
  )
  assert.ok(!JSON.stringify(places).includes('second'))
  const id = places[1]?.id ?? ''
  assert.match(settings.placeWithSecrets(id).address, /:second@/)
  assert.equal(settings.placeNamed(null).id, 'own')
  assert.equal(settings.placeNamed('https://cloud.example/files').id, id)
  assert.equal(settings.placeNamed('/srv/elsewhere').address, '/srv/elsewhere')
  assert.throws(
    () => settings.placeNamed('nowhere'),
    /no place for backups of that name; known are this home \(own\)/,
  )
  settings.removePlace('own')
  settings.removePlace(id)
  assert.deepEqual(
    settings.overview([]).places.map(({ id: one }) => one),
    ['own'],
    'one is always left',
  )
  assert.throws(() => settings.removePlace('none'), /no place of the settings/)
  await assert.rejects(
    () => settings.addPlace('ftp://ana:sesame@box/x'),
    (error: Error) => !error.message.includes('sesame'),
  )
})

test('times and rules are checked before anything of them is kept; what a variable holds stays', (t) => {
  const { settings } = settingsOf(t, { HOMEBIRD_BACKUP_KEEP: '3' })
  assert.throws(() => settings.change({ at: '25:00' }), /from 00:00 to 23:59/)
  settings.change({ at: '04:30' })
  const { at, keep, fixed } = settings.overview([])
  assert.deepEqual([at, keep, fixed], ['04:30', { days: 3, weeks: 0, months: 0 }, ['keep']])
  assert.throws(() => settings.change({ keep: '1,1,1', at: '05:00' }), /HOMEBIRD_BACKUP_KEEP is set outside/)
  assert.equal(settings.overview([]).at, '04:30')
  settings.change({ at: null })
  assert.equal(settings.overview([]).at, '03:30')
})

test('what the file of variables holds is refused here too, and not taken without being used', async (t) => {
  const { settings, store } = settingsOf(t, {}, 'HOMEBIRD_BACKUP_TARGET=own\n')
  assert.deepEqual(settings.overview([]).fixed, ['places'])
  await assert.rejects(() => settings.addPlace('/srv/elsewhere'), /HOMEBIRD_BACKUP_TARGET is set outside/)
  assert.equal(store.settings().backupTarget, undefined)
  settings.change({ at: '04:30' })
  assert.equal(settings.overview([]).at, '04:30')
})

test('a place knows what was made and proven there, and how often it has failed since', (t) => {
  const { settings } = settingsOf(t)
  const of = (...told: readonly Partial<KeeperOutcome>[]) => settings.overview(outcomes(...told)).places[0]
  assert.deepEqual(
    [of()?.lastMadeAt, of()?.lastCheckedAt, of()?.failures, settings.duePlace([])],
    [null, null, 0, 'own'],
  )
  const good = of({ task: 'verify' }, { task: 'backup' })
  assert.ok(good?.lastMadeAt !== null && good?.lastCheckedAt !== null && good?.failures === 0)
  const failed = of(
    { result: 'failed', message: 'no room' },
    { result: 'failed', message: 'no room either' },
    { task: 'verify' },
    {},
  )
  assert.deepEqual([failed?.failures, failed?.failure], [2, 'no room'])
  assert.equal(of({ result: 'failed', place: 'another' })?.failures, 0)
})

test('a backup whose proof has failed is made again; a later doubt of an older one changes nothing', (t) => {
  const { settings } = settingsOf(t)
  settings.change({ at: '00:00' })
  const justNow = new Date(Date.now() - 30)
  const refuted = [
    outcome(justNow, { task: 'verify', result: 'failed', message: 'damaged' }),
    outcome(justNow, {}),
  ]
  assert.equal(settings.overview(refuted).places[0]?.failures, 1)
  assert.notEqual(settings.overview(refuted).places[0]?.nextAt, null, 'it is tried again in a while')
  const unreached = refuted.map((one) => ({ ...one, isRefuted: false }))
  assert.equal(
    settings.duePlace(unreached),
    null,
    'a place that did not answer says nothing of what lies there',
  )
  assert.equal(settings.overview(unreached).places[0]?.lastMadeAt, refuted[1]?.startedAt)
  const other = outcomes(
    { task: 'verify', result: 'failed', subject: 'older' },
    { startedAt: new Date().toISOString() },
  )
  assert.equal(settings.duePlace(other), null)
})

test('only what the owner has broken off is left until the next night', (t) => {
  const { settings } = settingsOf(t)
  settings.change({ at: '00:00' })
  const now = new Date().toISOString()
  assert.equal(settings.duePlace(outcomes({ result: 'cancelled', startedAt: now })), null)
  const stopped = outcomes({ result: 'cancelled', startedAt: now, message: 'the home was stopped' })
  assert.equal(settings.duePlace(stopped), 'own')
})

test('a folder is one place, and stays that of another disk however it is written', async (t) => {
  const { settings } = settingsOf(t)
  await settings.addPlace('disk:///media/ana/disk')
  await settings.addPlace('/media/ana/disk')
  const kept = settings.overview([]).places.map(({ label }) => label)
  assert.deepEqual(kept, ['this home', 'disk /media/ana/disk'])
})

test('whether a machine makes backups is asked anew each time, and what cannot be read changes nothing', (t) => {
  const { store, sources } = settingsOf(t)
  const asks = asksForBackups({ loaded: loadConfig(sources), seal: { box: PLAIN_BOX } }, sources)
  assert.equal(asks(), true)
  store.saveSetting('backupAt', 'never')
  assert.equal(asks(), false)
  store.removeSetting('backupAt')
  const file = join(sources.env.HOMEBIRD_DATA_DIR, 'homebird.env')
  writeFileSync(file, 'HOMEBIRD_BACKUP_AT=never\n')
  assert.equal(asks(), false)
  writeFileSync(file, 'HOMEBIRD_BACKUP_AT=noon\n')
  assert.equal(asks(), false)
  rmSync(file)
  assert.equal(asks(), true)
})
