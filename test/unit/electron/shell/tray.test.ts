import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openTray, panelIsDark, trayIconFile } from '../../../../electron/shell/tray.ts'
import type { UpdateState } from '../../../../server/contracts/desktop-bridge.ts'
import { HOME_CONDITIONS } from '../../../../server/contracts/home-state.ts'
import {
  ICONS,
  NOW,
  type Platform,
  UPDATES,
  WORDS,
  linesOf,
  now,
  openHere,
  walk,
} from '../../../support/shell-ground.ts'

async function trayOn(t: TestContext, platform: Platform, phase: UpdateState['phase'] = 'idle') {
  const here = openHere(t, platform)
  const states = new Set<(state: UpdateState) => void>()
  const tray = openTray(here.electron.parts, {
    platform,
    desktop: 'KDE',
    iconDir: ICONS,
    words: WORDS,
    watch: here.watch,
    acts: here.acts,
    now,
    noticed: (message) => assert.fail(message),
    updates: {
      state: async () => ({ ...UPDATES, phase }),
      onState(tell) {
        states.add(tell)
        return () => states.delete(tell)
      },
    },
  })
  t.after(() => tray[Symbol.dispose]())
  await Promise.resolve()
  const [shown] = here.electron.menus.trays
  assert.ok(shown !== undefined)
  return {
    ...here,
    tray,
    shown,
    updates: (next: UpdateState['phase']): void => {
      for (const tell of states) tell({ ...UPDATES, phase: next })
    },
  }
}

test('the tray: the state first, then the few things that want no window, in their order', async (t) => {
  const { watch, shown, updates, done } = await trayOn(t, 'linux')
  watch.shows({ unread: 3, provedAt: new Date(2026, 2, 4, 9, 30).toISOString() })
  updates('ready')
  const lines = linesOf(shown.menu?.read() ?? [])
  assert.match(lines[0] ?? '', /^Reachable, last proved 9:30.AM \(off\)$/)
  assert.deepEqual(lines.slice(1), [
    'Open Homebird',
    'New post…',
    '3 new notifications',
    '—',
    'Pause',
    '  For 1 hour',
    '  Until tomorrow',
    '  Until I resume',
    'Status…',
    'Connect a phone…',
    'Back up now…',
    '—',
    'Update ready: restart',
    'Settings…',
    'Quit Homebird',
  ])
  assert.ok(shown.menu !== null)
  assert.equal(walk(shown.menu, done).length, 12)
  assert.match(shown.toolTip, /^Homebird: Reachable, last proved/)
  shown.emit('click')
  assert.equal(done.at(-1), 'open')
})

test('what is not there is not in the tray, and a home that does not answer cannot be paused', async (t) => {
  const { watch, shown, updates, done } = await trayOn(t, 'win32')
  watch.shows(null, 'stopped')
  updates('idle')
  const lines = linesOf(shown.menu?.read() ?? [])
  assert.equal(lines[0], 'Stopped (off)')
  assert.ok(!lines.some((line) => /new notification|Update/.test(line)), lines.join('\n'))
  assert.throws(() => shown.menu?.choose(['Pause', 'For 1 hour']), /cannot be chosen now/)
  watch.shows({ pause: { since: NOW.toISOString(), until: null } }, 'paused')
  assert.equal(linesOf(shown.menu?.read() ?? [])[0], 'Paused until you resume (off)')
  shown.menu?.choose(['Resume'])
  assert.deepEqual(done, ['resume'])
})

test('an update that was ready before the tray was there is in it', async (t) => {
  const { shown } = await trayOn(t, 'linux', 'ready')
  assert.ok(linesOf(shown.menu?.read() ?? []).includes('Update ready: restart'))
})

test('on macOS a click opens the menu and no window, and the icon is a template', async (t) => {
  const { shown, done } = await trayOn(t, 'darwin')
  shown.emit('click')
  assert.deepEqual(done, [])
  const { image } = shown
  assert.ok(typeof image !== 'string' && image.isTemplateImage())
})

test('the icon has another shape for each state, on each panel, at each scale', async (t) => {
  for (const platform of ['darwin', 'linux', 'win32'] as const) {
    for (const isDark of [false, true]) {
      const shapes = new Set<string>()
      for (const condition of HOME_CONDITIONS) {
        const file = join(ICONS, trayIconFile({ platform, condition, isPanelDark: isDark }))
        const bytes = readFileSync(file)
        const size = { darwin: 18, linux: 24, win32: 16 }[platform]
        assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [size, size], file)
        assert.equal(readFileSync(file.replace('.png', '@2x.png')).readUInt32BE(16), size * 2)
        shapes.add(bytes.toString('base64'))
      }
      assert.equal(shapes.size, HOME_CONDITIONS.length, platform)
    }
  }
  const { watch, shown, electron } = await trayOn(t, 'linux')
  for (const condition of HOME_CONDITIONS) {
    watch.shows({}, condition)
    const { image } = shown
    assert.ok(typeof image !== 'string' && !image.isEmpty() && image.path?.includes(`${condition}-`) === true)
  }
  assert.equal(electron.acts.of('tray.setImage').length, HOME_CONDITIONS.length)
})

test('the panel is dark where the system says so, and in GNOME', () => {
  const theme = (apps: boolean, system: boolean) => ({
    shouldUseDarkColors: apps,
    shouldUseDarkColorsForSystemIntegratedUI: system,
  })
  assert.equal(panelIsDark('win32', theme(false, true), undefined), true)
  assert.equal(panelIsDark('win32', theme(true, false), undefined), false)
  assert.equal(panelIsDark('linux', theme(false, false), 'ubuntu:GNOME'), true)
  assert.equal(panelIsDark('linux', theme(false, true), 'KDE'), false)
  assert.equal(panelIsDark('linux', theme(true, false), undefined), true)
})

test('a system without a tray is told of and nothing more', (t) => {
  const here = openHere(t, 'linux')
  const noticed: string[] = []
  const parts = {
    ...here.electron.parts,
    Tray: function none() {
      throw new Error('no host')
    },
  } as unknown as typeof here.electron.parts
  const updates = { state: async () => UPDATES, onState: () => () => undefined }
  const { watch, acts } = here
  const needs = {
    platform: 'linux',
    desktop: undefined,
    iconDir: ICONS,
    words: WORDS,
    watch,
    acts,
    now,
    updates,
  } as const
  openTray(parts, { ...needs, noticed: (message) => void noticed.push(message) })[Symbol.dispose]()
  assert.deepEqual(noticed, ['there is no tray here: Error: no host'])
})
