/** The shell ends in order, once, and never hangs for ever; without a window the home goes on where it was asked to. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openLifecycle } from '../../../electron/lifecycle.ts'
import { openElectronStandIn } from '../../support/electron-stand-in.ts'

function shell(t: TestContext, keepsRunning = true) {
  const folder = mkdtempSync(join(tmpdir(), 'hb-life-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const steps: string[] = []
  const closing = Promise.withResolvers<void>()
  // No limit of what hangs is left running behind a test.
  t.after(() => closing.resolve())
  const exited = Promise.withResolvers<number>()
  const standIn = openElectronStandIn({ folder, exit: exited.resolve })
  const lifecycle = openLifecycle(standIn.parts, {
    show: () => steps.push('show'),
    keepsRunning: () => keepsRunning,
    async close() {
      steps.push('close')
      await closing.promise
      steps.push('closed')
    },
    last: async (isQuick) => void steps.push(isQuick ? 'last, quickly' : 'last'),
    failed: (error) => steps.push(String(error)),
  })
  standIn.begin()
  const { BrowserWindow } = standIn.parts
  return { standIn, steps, closing, exited: exited.promise, lifecycle, openWindow: () => new BrowserWindow() }
}

test('quitting closes everything first, however often it is asked for', async (t) => {
  const { standIn, steps, closing, exited, lifecycle, openWindow } = shell(t)
  openWindow()
  standIn.app.quit()
  standIn.app.quit()
  await new Promise(setImmediate)
  assert.deepEqual(steps, ['close'])
  assert.equal(lifecycle.isQuitting, true)
  standIn.app.emit('activate')
  closing.resolve()
  assert.equal(await exited, 0)
  assert.deepEqual(steps, ['close', 'closed', 'last'])
  assert.equal(standIn.windows.length, 0)
})

test('windows are closed as a person closes them, and before anything that they talk to', async (t) => {
  const { standIn, steps, closing, exited, openWindow } = shell(t)
  for (const name of ['first', 'second']) {
    const window = openWindow()
    window.on('close', () => steps.push(`${name} asked`))
    window.on('closed', () => steps.push(`${name} closed`))
  }
  standIn.app.quit()
  closing.resolve()
  assert.equal(await exited, 0)
  assert.deepEqual(steps.slice(0, 4), ['first asked', 'first closed', 'second asked', 'second closed'])
  assert.deepEqual(steps.slice(4), ['close', 'closed', 'last'])
})

test('a page that does not let go is waited for no longer than 2 s', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { standIn, steps, closing, exited, openWindow } = shell(t)
  openWindow().on('close', (event) => event.preventDefault())
  standIn.app.quit()
  await new Promise(setImmediate)
  assert.deepEqual(steps, [])
  t.mock.timers.tick(2_000)
  closing.resolve()
  assert.equal(await exited, 0)
  assert.deepEqual(steps, ['close', 'closed', 'last'])
  assert.equal(standIn.windows.length, 0)
})

test('Windows is asked to wait before its session ends', async (t) => {
  const { standIn, steps, openWindow } = shell(t)
  openWindow()
  let isHeld = false
  standIn.windows[0]?.emit('query-session-end', { preventDefault: () => (isHeld = true) })
  await new Promise(setImmediate)
  assert.equal(isHeld, true)
  assert.deepEqual(steps, ['close'])
})

test('what fails in closing is told, and the program ends all the same', async (t) => {
  const { standIn, steps, closing, exited } = shell(t)
  standIn.app.quit()
  closing.reject(new Error('no'))
  assert.equal(await exited, 0)
  assert.deepEqual(steps, ['close', 'Error: no', 'last'])
})

test('what hangs in closing is left behind after 11 s', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { standIn, exited } = shell(t)
  standIn.app.quit()
  await new Promise(setImmediate)
  t.mock.timers.tick(11_000)
  assert.equal(await exited, 1)
})

test('the last window ends the program only where the home is not to go on', async (t) => {
  const going = shell(t)
  going.openWindow().close()
  await new Promise(setImmediate)
  assert.deepEqual(going.steps, [])
  const ending = shell(t, false)
  ending.openWindow().close()
  await new Promise(setImmediate)
  assert.deepEqual(ending.steps, ['close'])
})

test('a system that goes down is asked to wait', async (t) => {
  const { standIn, steps } = shell(t)
  let isHeld = false
  standIn.power.emit('shutdown', { preventDefault: () => (isHeld = true) })
  await new Promise(setImmediate)
  assert.equal(isHeld, true)
  assert.deepEqual(steps, ['close'])
})

test('a click on the dock brings the window forward', (t) => {
  const { standIn, steps } = shell(t)
  standIn.app.emit('activate')
  assert.deepEqual(steps, ['show'])
})
