/** Settings, journal and metrics of the appliance. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { openApplianceStore } from '../../../server/appliance/appliance-store.ts'
import { type DataDir, createDataDir } from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'

function openDir(t: TestContext): DataDir {
  const path = mkdtempSync(join(tmpdir(), 'hb-store-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return createDataDir(path)
}

test('a kept setting is there after a new start, and goes when it is removed', (t) => {
  const dir = openDir(t)
  const first = openApplianceStore(dir)
  first.saveSetting('port', '4280')
  first.close()
  const second = openApplianceStore(dir)
  assert.deepEqual(second.settings(), { port: '4280' })
  assert.deepEqual([second.removeSetting('port'), second.removeSetting('port')], [true, false])
  assert.deepEqual(second.settings(), {})
  second.close()
})

test('a bad value is refused before it is kept', (t) => {
  const store = openApplianceStore(openDir(t))
  t.after(() => store.close())
  assert.throws(
    () => store.saveSetting('port', '99999'),
    (error) =>
      isHomebirdError(error, 'SETTING_INVALID') && /HOMEBIRD_PORT is "99999".*65535/.test(error.message),
  )
  assert.deepEqual(store.settings(), {})
})

test('the journal keeps the newest 5,000 lines, each cut to 2,000 letters', (t) => {
  const store = openApplianceStore(openDir(t))
  t.after(() => store.close())
  for (let number = 1; number <= 5_003; number += 1) {
    store.journal({ level: 'info', part: 'test', message: `${number} ${'x'.repeat(3_000)}` })
  }
  const lines = store.journalTail(10_000)
  assert.equal(lines.length, 5_000)
  assert.ok(lines[0]?.message.startsWith('4 '))
  assert.ok(lines.at(-1)?.message.startsWith('5003 '))
  assert.equal(lines[0]?.message.length, 2_000)
})

test('points of a time series are read back in order, and those older than 31 days go', (t) => {
  const store = openApplianceStore(openDir(t))
  t.after(() => store.close())
  const day = (number: number) => new Date(Date.UTC(2026, 0, number))
  for (const number of [1, 20, 40]) store.recordMetrics(day(number), { memory: number })
  assert.deepEqual(
    store.metrics('memory', day(1)).map((point) => point.value),
    [20, 40],
  )
})

test('reading a folder without a store changes nothing there', (t) => {
  const dir = openDir(t)
  const store = openApplianceStore(dir, 'read')
  assert.deepEqual([store.settings(), store.journalTail(5)], [{}, []])
  store.close()
  assert.deepEqual(readdirSync(dir.path), [])
})

test('a file that a killed start has left without tables is read as empty, and made whole by the next', (t) => {
  const empty = openDir(t)
  writeFileSync(empty.applianceDatabase, '')
  const begun = openDir(t)
  const half = new Database(begun.applianceDatabase)
  half.pragma('journal_mode = wal')
  half.close()
  for (const dir of [empty, begun]) {
    const reader = openApplianceStore(dir, 'read')
    assert.deepEqual(reader.settings(), {})
    reader.close()
    const writer = openApplianceStore(dir)
    writer.saveSetting('port', '4280')
    writer.close()
    const again = openApplianceStore(dir, 'read')
    assert.deepEqual(again.settings(), { port: '4280' })
    again.close()
  }
})

test('the file is private', (t) => {
  const dir = openDir(t)
  openApplianceStore(dir).close()
  assert.equal(statSync(dir.applianceDatabase).mode & 0o777, 0o600)
})

test('a store of a newer program is left untouched and named', (t) => {
  const dir = openDir(t)
  const newer = new Database(dir.applianceDatabase)
  newer.pragma('user_version = 99')
  newer.close()
  assert.throws(
    () => openApplianceStore(dir),
    (error) => isHomebirdError(error, 'SCHEMA_NEWER') && /version 99/.test(error.message),
  )
})

test('a damaged store is named with the way out', (t) => {
  const dir = openDir(t)
  writeFileSync(dir.applianceDatabase, 'this is no database, '.repeat(100))
  assert.throws(
    () => openApplianceStore(dir),
    (error) =>
      isHomebirdError(error, 'DATA_DIR_UNUSABLE') && /appliance\.sqlite.*move it away/.test(error.message),
  )
})
