/** A fault that nobody handled ends the shell at once, starts it again if that may help, and is told by the next run. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { endOnFaults } from '../../../electron/end-on-faults.ts'
import { openLastFault, tellLastFault } from '../../../electron/shell/last-fault.ts'
import { startAgain } from '../../../electron/shell/start-again.ts'
import { openWords } from '../../../electron/shell/words.ts'
import { openElectronStandIn } from '../../support/electron-stand-in.ts'

const HOUR_MS = 3_600_000
const WORDS = openWords('en', join(import.meta.dirname, '..', '..', '..', 'resources', 'locales', 'shell'))

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hb-fault-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('it is said once with its technical line, and the program ends without waiting for anybody', (t) => {
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    const exits: number[] = []
    const said: string[] = []
    const kept: string[] = []
    const standIn = openElectronStandIn({ folder: folderOf(t), exit: (code) => exits.push(code) })
    const process = new EventEmitter()
    let starts = 0
    endOnFaults(process, standIn.parts, {
      keep: (technical) => kept.push(technical) > 0,
      startAgain: () => (starts += 1),
      say: (line) => said.push(line),
    })
    process.emit(event, new Error('a broken room'))
    process.emit(event, 'another')
    assert.match(String(kept), /a broken room/)
    assert.match(String(said), /a broken room/)
    assert.deepEqual([kept.length, said.length, starts, exits], [1, 1, 1, [1]])
    assert.deepEqual(standIn.acts.of('dialog.showErrorBox'), [])
  }
})

test('the program ends also where nothing can be kept or said', (t) => {
  const exits: number[] = []
  const standIn = openElectronStandIn({ folder: folderOf(t), exit: (code) => exits.push(code) })
  const process = new EventEmitter()
  const broken = (): never => {
    throw new Error('its output is gone')
  }
  endOnFaults(process, standIn.parts, { keep: broken, startAgain: broken, say: broken })
  assert.throws(() => process.emit('uncaughtException', new Error('a broken room')))
  assert.deepEqual(exits, [1])
})

test('a shell that falls again within minutes is not started again by itself', (t) => {
  const folder = folderOf(t)
  const fault = openLastFault(() => folder)
  assert.equal(fault.keep('the first', 10 * HOUR_MS), true)
  assert.equal(openLastFault(() => folder).keep('the second', 10 * HOUR_MS + 60_000), false)
  assert.equal(fault.keep('much later', 12 * HOUR_MS), true)
  assert.equal(openLastFault(() => join(folder, 'not there')).keep('nowhere', 12 * HOUR_MS), false)
})

test('the next run tells it once, in the journal and to the person', (t) => {
  const folder = folderOf(t)
  const electron = openElectronStandIn({ folder })
  const told: string[] = []
  const tell = (): void =>
    tellLastFault(electron.parts, {
      fault: openLastFault(() => folder),
      journal: { note: (message, level) => told.push(`${level}: ${message}`) },
      words: WORDS,
    })
  tell()
  assert.deepEqual(told, [])
  openLastFault(() => folder).keep('Error: a broken room', HOUR_MS)
  tell()
  tell()
  assert.equal(told.length, 1)
  assert.match(String(told), /^error: .*Error: a broken room$/)
  assert.deepEqual(
    electron.menus.notifications.map(({ options }) => options['title']),
    ['Homebird had to start again'],
  )
  writeFileSync(join(folder, 'shell-fault.json'), '{"atMs":')
  tell()
  assert.equal(told.length, 1, 'a damaged file tells nothing')
})

test('whoever was started without a window is started again without one', (t) => {
  const electron = openElectronStandIn({ folder: folderOf(t) })
  const argv = ['homebird', '--hidden', '--pause', 'web+ap://example.org/@ana']
  startAgain(electron.parts, { argv, env: {}, staysHidden: true })
  startAgain(electron.parts, { argv, env: {} })
  assert.deepEqual(electron.acts.of('app.relaunch'), [{ args: ['--hidden'] }, { args: [] }])
})
