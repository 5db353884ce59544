/** Windows come back where they stood: as large, as far zoomed, maximised or over the whole screen. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { BrowserWindow } from 'electron'
import { type WindowStates, openWindowStates } from '../../../../electron/windows/window-state.ts'
import { type ElectronStandIn, openElectronStandIn } from '../../../support/electron-stand-in.ts'
import { displayAt } from '../../../support/electron/stand-in-system.ts'

interface World {
  readonly standIn: ElectronStandIn
  readonly states: WindowStates
  readonly open: () => Promise<BrowserWindow>
  /** Everything that waited has settled. @returns how often the file was written */
  readonly settle: () => number
  readonly startAgain: () => void
}

function openWorld(t: TestContext): World {
  const folder = mkdtempSync(join(tmpdir(), 'hb-place-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const standIn = openElectronStandIn({ folder })
  // As in the shell: the last window is not the end.
  standIn.app.on('window-all-closed', () => undefined)
  standIn.begin()
  const kept = new Map<string, unknown>()
  const waiting = new Set<() => void>()
  let writes = 0
  const store = {
    get: (name: string) => structuredClone(kept.get(name)),
    set: (name: string, value: unknown) => {
      writes += 1
      kept.set(name, structuredClone(value))
    },
  }
  const after = (_ms: number, act: () => void): (() => void) => {
    waiting.add(act)
    return () => void waiting.delete(act)
  }
  let states = openWindowStates(standIn.parts, { store, after })
  return {
    standIn,
    states,
    open: async () => {
      const window = new standIn.parts.BrowserWindow({ ...states.lookOf(), show: false })
      states.adopt(window)
      await window.loadURL('app://homebird/')
      window.show()
      return window
    },
    settle: () => {
      for (const act of waiting) act()
      waiting.clear()
      return writes
    },
    startAgain: () => {
      states.close()
      for (const window of standIn.windows.slice()) window.destroy()
      states = openWindowStates(standIn.parts, { store, after })
    },
  }
}

test('a window that was moved, zoomed and maximised comes back so, and its moves are kept once', async (t) => {
  const { open, settle, startAgain } = openWorld(t)
  const first = await open()
  for (let x = 0; x <= 300; x += 10) first.setBounds({ x, y: 60, width: 900, height: 700 })
  assert.equal(settle(), 1)
  first.maximize()
  first.webContents.setZoomLevel(1.5)
  first.close()
  startAgain()
  const again = await open()
  assert.deepEqual(again.getNormalBounds(), { x: 300, y: 60, width: 900, height: 700 })
  assert.deepEqual([again.isMaximized(), again.webContents.getZoomLevel()], [true, 1.5])
  const writes = settle()
  again.blur()
  assert.equal(settle(), writes)
})

test('what was not settled yet is kept as the shell ends', async (t) => {
  const { open, startAgain } = openWorld(t)
  const first = await open()
  first.setBounds({ x: 40, y: 50, width: 700, height: 600 })
  first.setFullScreen(true)
  startAgain()
  const again = await open()
  assert.equal(again.isFullScreen(), true)
  assert.deepEqual(again.getNormalBounds(), { x: 40, y: 50, width: 700, height: 600 })
})

test('where its screen is gone the window stands on the one that is left, and goes back with it', async (t) => {
  const { standIn, open, startAgain } = openWorld(t)
  const laptop = displayAt({ x: 0, y: 0, width: 1_440, height: 900 }, 1)
  standIn.screen.displays = [laptop, displayAt({ x: 1_440, y: 0, width: 2_560, height: 1_440 }, 2)]
  const first = await open()
  first.setBounds({ x: 2_000, y: 100, width: 1_000, height: 800 })
  startAgain()
  const both = standIn.screen.displays
  standIn.screen.displays = [laptop]
  const alone = await open()
  assert.deepEqual(alone.getNormalBounds(), { x: 220, y: 30, width: 1_000, height: 800 })
  startAgain()
  standIn.screen.displays = both
  assert.equal((await open()).getNormalBounds().x, 2_000)
})

test('a second window does not hide the first', async (t) => {
  const { open } = openWorld(t)
  const first = await open()
  const second = await open()
  assert.deepEqual(
    [
      second.getNormalBounds().x - first.getNormalBounds().x,
      second.getNormalBounds().y - first.getNormalBounds().y,
    ],
    [32, 32],
  )
})

test('a window in the dock says nothing of its place', async (t) => {
  const { open, settle } = openWorld(t)
  const window = await open()
  settle()
  window.minimize()
  window.setBounds({ x: -32_000, y: -32_000 })
  const writes = settle()
  assert.equal(settle(), writes)
})
