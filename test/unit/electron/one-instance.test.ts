/** One shell at a time: the second hands its arguments to the first and ends; a home elsewhere is another one. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { takeInstance } from '../../../electron/one-instance.ts'
import { openElectronStandIn } from '../../support/electron-stand-in.ts'

function system(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'hb-one-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return {
    start: (argv: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      const exits: number[] = []
      const standIn = openElectronStandIn({ folder, argv, exit: (code) => exits.push(code) })
      t.after(() => standIn.app.releaseSingleInstanceLock())
      return { instance: takeInstance(standIn.parts.app, { argv, env }), exits, standIn }
    },
  }
}

test('the second ends at once, and the first has its arguments, also those that came early', async (t) => {
  const { start } = system(t)
  const first = start(['homebird'])
  assert.ok(first.instance)
  const came = new Promise((resolve) => first.standIn.app.once('second-instance', resolve))
  const second = start(['homebird', 'homebird:open'])
  assert.equal(second.instance, null)
  assert.deepEqual(second.exits, [0])
  await came
  const given: (readonly string[])[] = []
  first.instance.onSecond((argv) => given.push(argv))
  assert.deepEqual(given, [['homebird', 'homebird:open']])
  assert.deepEqual(first.exits, [])
})

test('a home in a place of its own runs beside the other', (t) => {
  const { start } = system(t)
  assert.ok(start([]).instance)
  assert.ok(start([], { HOMEBIRD_DATA_DIR: '/elsewhere' }).instance)
  assert.equal(start([], { HOMEBIRD_DATA_DIR: '/elsewhere/' }).instance, null)
})

test('what a stranger sends as arguments is read only where it is a short list of words', (t) => {
  const { instance, standIn } = system(t).start([])
  const given: (readonly string[])[] = []
  instance?.onSecond((argv) => given.push(argv))
  const send = (data: unknown, sorted: unknown = []): boolean =>
    standIn.app.emit('second-instance', {}, sorted, '/', data)
  send({ argv: ['a', 7] }, ['b'])
  send(null, [Array.from({ length: 100 }, () => 'x')])
  send({ argv: ['x'.repeat(10_000)] }, ['c'])
  send({ argv: ['d'] })
  assert.deepEqual(given, [['b'], [], ['c'], ['d']])
})
