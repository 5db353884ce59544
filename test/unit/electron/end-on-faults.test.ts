/** A fault that nobody handled is said once and ends the shell. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { endOnFaults } from '../../../electron/end-on-faults.ts'
import { openElectronStandIn } from '../../support/electron-stand-in.ts'

test('it is told with its technical line, once, and the program ends', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hb-fault-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    const exits: number[] = []
    const standIn = openElectronStandIn({ folder, exit: (code) => exits.push(code) })
    const process = new EventEmitter()
    endOnFaults(process, standIn.parts)
    process.emit(event, new Error('a broken room'))
    process.emit(event, 'another')
    assert.match(JSON.stringify(standIn.acts.of('dialog.showErrorBox')), /a broken room/)
    assert.equal(standIn.acts.of('dialog.showErrorBox').length, 1)
    assert.deepEqual(exits, [1])
  }
})
