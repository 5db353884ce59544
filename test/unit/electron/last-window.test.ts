/** That the home goes on without a window is said once, and can be refused in that moment. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openShellStore } from '../../../electron/shell/shell-store.ts'
import { openWords } from '../../../electron/shell/words.ts'
import { openLastWindow } from '../../../electron/windows/last-window.ts'
import { openElectronStandIn } from '../../support/electron-stand-in.ts'

const WORDS = join(import.meta.dirname, '..', '..', '..', 'resources', 'locales', 'shell')

function shell(t: TestContext, keepsRunning = true, platform: NodeJS.Platform = 'linux') {
  const folder = mkdtempSync(join(tmpdir(), 'hb-close-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const standIn = openElectronStandIn({ folder })
  const store = openShellStore(join(folder, 'shell.json'))
  const watch = openLastWindow(standIn.parts, {
    platform,
    store,
    words: openWords('en', WORDS),
    keepsRunning: () => keepsRunning,
    isQuitting: () => false,
  })
  standIn.app.on('window-all-closed', () => undefined)
  standIn.begin()
  const open = () => {
    const window = new standIn.parts.BrowserWindow()
    watch(window)
    return window
  }
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return { standIn, open, settled }
}

test('it is said with the last window, once, and the window closes after it', async (t) => {
  const { standIn, open, settled } = shell(t)
  const [first, last] = [open(), open()]
  first.close()
  assert.equal(first.isDestroyed(), true)
  last.close()
  last.close()
  assert.equal(last.isDestroyed(), false)
  assert.equal(standIn.dialogs.open.length, 1)
  assert.equal(standIn.dialogs.answer(0)['message'], 'Your home keeps running')
  await settled()
  assert.equal(last.isDestroyed(), true)
  open().close()
  assert.equal(standIn.dialogs.open.length, 0)
  assert.equal(standIn.windows.length, 0)
})

test('the person can quit instead', async (t) => {
  const { standIn, open, settled } = shell(t)
  open().close()
  standIn.dialogs.answer(1)
  await settled()
  assert.equal(standIn.acts.of('app.quit').length, 1)
})

test('nothing is said where closing the last window quits', (t) => {
  const { standIn, open } = shell(t, false)
  open().close()
  assert.equal(standIn.dialogs.open.length, 0)
  assert.equal(standIn.windows.length, 0)
})

test('the tray is named as the way back where there surely is one', (t) => {
  for (const [platform, names] of [
    ['linux', false],
    ['win32', true],
    ['darwin', true],
  ] as const) {
    const { standIn, open } = shell(t, true, platform)
    open().close()
    const detail = String(standIn.dialogs.answer(0)['detail'])
    assert.equal(detail.includes('tray'), names, platform)
    assert.match(detail, /starting Homebird once more/)
  }
})
