import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { homeSentence } from '../../../../electron/home/home-sentence.ts'
import { type ShellActs, pauseEnd } from '../../../../electron/shell/acts.ts'
import { badgeText, openBadge } from '../../../../electron/shell/badge.ts'
import { openMenus } from '../../../../electron/shell/menu.ts'
import { openQuickTasks } from '../../../../electron/shell/quick-tasks.ts'
import { isPanelDark, openTray, trayIconFile } from '../../../../electron/shell/tray.ts'
import { openWords } from '../../../../electron/shell/words.ts'
import type { UpdateState } from '../../../../server/contracts/desktop-bridge.ts'
import { HOME_CONDITIONS } from '../../../../server/contracts/home-state.ts'
import { openElectronStandIn } from '../../../support/electron-stand-in.ts'
import type { MenuReading } from '../../../support/electron/stand-in-menus.ts'
import { QUIET, ShownHome } from '../../../support/shell-watch.ts'

const RESOURCES = join(import.meta.dirname, '..', '..', '..', '..', 'resources')
const LOCALES = join(RESOURCES, 'locales', 'shell')
const ICONS = join(RESOURCES, 'icons', 'tray')
const WORDS = openWords('en', LOCALES)
const NOW = new Date(2026, 2, 4, 10, 0)
const now = (): Date => NOW

type Platform = 'darwin' | 'linux' | 'win32'

const UPDATES: UpdateState = {
  version: '0.1.0',
  phase: 'idle',
  reason: null,
  checkedAt: null,
  next: null,
  percent: null,
  waitsFor: [],
}

/** Every act by its name and what it was given. */
function recorder(): { readonly acts: ShellActs; readonly done: string[] } {
  const done: string[] = []
  const note =
    (name: string) =>
    (given?: unknown): void =>
      void done.push(given === undefined ? name : `${name} ${JSON.stringify(given)}`)
  const names = ['open', 'openAnother', 'command', 'openPage', 'pause', 'resume', 'restart'] as const
  const rest = ['checkForUpdates', 'installUpdate', 'about', 'quit'] as const
  const acts = Object.fromEntries([...names, ...rest].map((name) => [name, note(name)]))
  return { acts: acts as unknown as ShellActs, done }
}

function openHere(t: TestContext, platform: Platform) {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-menus-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const electron = openElectronStandIn({ folder, platform })
  const watch = new ShownHome()
  return { electron, watch, ...recorder() }
}

/** Labels as a person reads them, with keys; those below indented. */
function linesOf(menu: readonly MenuReading[], indent = ''): string[] {
  return menu.flatMap(({ label, accelerator, enabled, below }) => [
    `${indent}${label}${accelerator === null ? '' : ` [${accelerator}]`}${enabled ? '' : ' (off)'}`,
    ...linesOf(below ?? [], `${indent}  `),
  ])
}

function menusOn(t: TestContext, platform: Platform) {
  const here = openHere(t, platform)
  const menus = openMenus(here.electron.parts, { ...here, platform, words: WORDS, now, version: '0.1.0' })
  t.after(() => menus[Symbol.dispose]())
  return here
}

const titles = (here: ReturnType<typeof menusOn>): unknown =>
  here.electron.menus.application?.items.map(({ label }) => label)
const menuOf = (here: ReturnType<typeof menusOn>, label: string): string[] =>
  linesOf(here.electron.menus.application?.items.find((one) => one.label === label)?.submenu?.read() ?? [])

test('the menus of macOS', (t) => {
  const here = menusOn(t, 'darwin')
  assert.deepEqual(titles(here), ['Homebird', 'File', 'Edit', 'View', 'Go', 'Home', 'Window', 'Help'])
  assert.deepEqual(menuOf(here, 'Homebird'), [
    'About Homebird',
    'Check for updates…',
    '—',
    'Settings… [CmdOrCtrl+,]',
    '—',
    'Services',
    '—',
    'Hide Homebird',
    'Hide others',
    'Show all',
    '—',
    'Quit Homebird [Cmd+Q]',
  ])
  assert.deepEqual(menuOf(here, 'File'), [
    'New post [CmdOrCtrl+N]',
    'New window [CmdOrCtrl+Shift+N]',
    '—',
    'Import…',
    'Back up now…',
    '—',
    'Close window [CmdOrCtrl+W]',
  ])
  assert.deepEqual(menuOf(here, 'Go'), ['Back [Cmd+[]', 'Forward [Cmd+]]'])
  assert.deepEqual(menuOf(here, 'View').slice(0, 4), [
    'Home timeline [CmdOrCtrl+1]',
    'Notifications [CmdOrCtrl+2]',
    'Search [CmdOrCtrl+3]',
    'Status [CmdOrCtrl+4]',
  ])
  assert.ok(menuOf(here, 'Edit').includes('Speech'))
})

test('the menus of Windows and Linux: Settings and the way out stand in File', (t) => {
  const windows = menusOn(t, 'win32')
  assert.deepEqual(titles(windows), ['File', 'Edit', 'View', 'Go', 'Home', 'Window', 'Help'])
  assert.deepEqual(menuOf(windows, 'File').slice(-6), [
    '—',
    'Settings… [CmdOrCtrl+,]',
    '—',
    'Close window [CmdOrCtrl+W]',
    '—',
    'Exit',
  ])
  assert.equal(menuOf(menusOn(t, 'linux'), 'File').at(-1), 'Quit Homebird [Ctrl+Q]')
  assert.deepEqual(menuOf(windows, 'Help').slice(-2), ['Check for updates…', 'About Homebird'])
})

test('no key stands for two entries', (t) => {
  for (const platform of ['darwin', 'linux', 'win32'] as const) {
    const here = menusOn(t, platform)
    const keys = linesOf(here.electron.menus.application?.read() ?? []).flatMap(
      (line) => /\[(\S+)\](?: \(off\))?$/.exec(line)?.[1] ?? [],
    )
    assert.ok(keys.length > 8)
    assert.equal(new Set(keys).size, keys.length, `${platform}: ${keys.join(' ')}`)
  }
})

/** What each entry does; those with a role Electron does itself. */
const DONE: Readonly<Record<string, string>> = {
  'About Homebird': 'about',
  'Check for updates…': 'checkForUpdates',
  'Settings…': 'openPage "/settings"',
  'Quit Homebird': 'quit',
  Exit: 'quit',
  'New post': 'command {"kind":"new_post"}',
  'New post…': 'command {"kind":"new_post"}',
  'New window': 'openAnother',
  'Import…': 'openPage "/imports"',
  'Back up now…': 'openPage "/backups"',
  Find: 'command {"kind":"find"}',
  'Spelling…': 'openPage "/settings/posting#spelling"',
  'Home timeline': 'openPage "/home"',
  Notifications: 'openPage "/notifications"',
  Search: 'openPage "/search"',
  Status: 'openPage "/status"',
  'Status…': 'openPage "/status"',
  Back: 'command {"kind":"back"}',
  Forward: 'command {"kind":"forward"}',
  'For 1 hour': 'pause "hour"',
  'Until tomorrow': 'pause "tomorrow"',
  'Until I resume': 'pause "resume"',
  'Restart…': 'restart',
  Logs: 'openPage "/logs"',
  Doctor: 'openPage "/doctor"',
  'Connect a phone…': 'openPage "/connect-phone"',
  Licences: 'openPage "/licences"',
  'Open Homebird': 'open',
  '3 new notifications': 'openPage "/notifications"',
  'Update ready: restart': 'installUpdate',
}

const ROLES: ReadonlySet<string> = new Set([
  ...['services', 'hide', 'hideOthers', 'unhide', 'close', 'undo', 'redo', 'cut', 'copy', 'paste', 'delete'],
  ...['pasteAndMatchStyle', 'selectAll', 'startSpeaking', 'stopSpeaking', 'resetZoom', 'zoomIn', 'zoomOut'],
  ...['togglefullscreen', 'minimize', 'zoom', 'front'],
])

interface Walked {
  choose(path: readonly string[]): void
  read(): MenuReading[]
}

/** Chooses every entry that a person can choose. @returns their labels */
function walk(menu: Walked, done: string[], above: readonly string[] = [], read = menu.read()): string[] {
  return read.flatMap(({ label, enabled, role, below }) => {
    if (label === '—' || !enabled) return []
    const path = [...above, label]
    if (below !== null) return walk(menu, done, path, below)
    if (role !== null) {
      assert.ok(ROLES.has(role), `${path.join(' > ')} has the role ${role}`)
      return [label]
    }
    const before = done.length
    menu.choose(path)
    assert.deepEqual(done.slice(before), [DONE[label]], path.join(' > '))
    return [label]
  })
}

test('every entry of every menu does what it says', (t) => {
  for (const platform of ['darwin', 'linux', 'win32'] as const) {
    const { electron, done } = menusOn(t, platform)
    const { application } = electron.menus
    assert.ok(application !== null)
    assert.ok(walk(application, done).length > 35, platform)
  }
})

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
    updates: (next: UpdateState['phase']) => states.forEach((tell) => tell({ ...UPDATES, phase: next })),
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
    '—',
    'Update ready: restart',
    'Settings…',
    'Quit Homebird',
  ])
  assert.ok(shown.menu !== null)
  assert.equal(walk(shown.menu, done).length, 11)
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
  assert.equal(isPanelDark('win32', theme(false, true), undefined), true)
  assert.equal(isPanelDark('win32', theme(true, false), undefined), false)
  assert.equal(isPanelDark('linux', theme(false, false), 'ubuntu:GNOME'), true)
  assert.equal(isPanelDark('linux', theme(false, true), 'KDE'), false)
  assert.equal(isPanelDark('linux', theme(true, false), undefined), true)
})

test('a system without a tray is told of and nothing more', (t) => {
  const here = openHere(t, 'linux')
  const noticed: string[] = []
  const parts = {
    ...here.electron.parts,
    Tray: class {
      constructor() {
        throw new Error('no host')
      }
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

test('a menu is drawn anew only when it says something else', async (t) => {
  const { electron, watch } = menusOn(t, 'linux')
  const first = electron.menus.application
  watch.shows({ unread: 9 })
  assert.equal(electron.menus.application, first)
  watch.shows({}, 'needs_attention')
  assert.notEqual(electron.menus.application, first)
})

test('every state has its sentence in every language', () => {
  for (const locale of ['en', 'de', 'ar']) {
    const words = openWords(locale, LOCALES)
    const sentences = HOME_CONDITIONS.map((condition) =>
      homeSentence({ condition, summary: QUIET }, words, NOW),
    )
    assert.equal(new Set(sentences).size, sentences.length, locale)
  }
  const say = (summary: object, condition: 'reachable' | 'paused' | 'catching_up'): string =>
    homeSentence({ condition, summary: { ...QUIET, ...summary } }, WORDS, NOW)
  assert.match(
    say({ provedAt: new Date(2026, 2, 3, 9, 30).toISOString() }, 'reachable'),
    /proved Mar 3, 9:30.AM$/,
  )
  const pause = { since: NOW.toISOString(), until: new Date(2026, 2, 4, 11, 0).toISOString() }
  assert.match(say({ pause }, 'paused'), /^Paused until 11:00.AM$/)
  assert.equal(say({ catchingUp: { done: 2, count: 9 } }, 'catching_up'), 'Catching up: 2 of 9')
  assert.equal(say({ catchingUp: { done: 0, count: 0 } }, 'catching_up'), 'Catching up')
})

test('a pause ends after an hour, when the next day begins here, or when the person says so', () => {
  assert.deepEqual(pauseEnd('hour', NOW), new Date(2026, 2, 4, 11, 0))
  assert.deepEqual(pauseEnd('tomorrow', new Date(2026, 11, 31, 23, 59)), new Date(2027, 0, 1))
  assert.equal(pauseEnd('resume', NOW), null)
})

test('what is unread stands on the icon of the program', (t) => {
  assert.deepEqual([0, 1, 99, 100].map(badgeText), ['', '1', '99', '99+'])
  const { electron, watch } = openHere(t, 'linux')
  const badge = openBadge(electron.parts, { platform: 'linux', words: WORDS, watch, iconDir: ICONS })
  watch.shows({ unread: 4 })
  watch.shows({ unread: 4 })
  watch.shows(null)
  watch.shows({ unread: 1 })
  badge[Symbol.dispose]()
  assert.deepEqual(electron.acts.of('app.setBadgeCount'), [4, 0, 1, 0])
})

test('on Windows a dot stands over the icon of each window, of those that come later too', (t) => {
  const { electron, watch } = openHere(t, 'win32')
  const marks: unknown[] = []
  const window = { setOverlayIcon: (image: unknown, text: string) => void marks.push([image !== null, text]) }
  const windows = { getAllWindows: () => [window] }
  const parts = {
    ...electron.parts,
    BrowserWindow: windows as unknown as typeof electron.parts.BrowserWindow,
  }
  const badge = openBadge(parts, { platform: 'win32', words: WORDS, watch, iconDir: ICONS })
  watch.shows({ unread: 2 })
  electron.app.emit('browser-window-created', {}, window)
  watch.shows({ unread: 0 })
  badge[Symbol.dispose]()
  const two = [true, '2 new notifications']
  assert.deepEqual(marks, [two, two, [false, ''], [false, '']])
  assert.equal(parts.nativeImage.createFromPath(join(ICONS, 'win32', 'unread.png')).isEmpty(), false)
})

test('New post, Open and Pause stand beside the icon: in the jump list of Windows, in the dock of macOS', (t) => {
  const windows = openHere(t, 'win32')
  const launch = { path: 'C:\\Program Files\\Homebird\\Homebird.exe', args: ['C:\\a b\\'] }
  const noticed = (message: string): void => assert.fail(message)
  openQuickTasks(windows.electron.parts, { ...windows, platform: 'win32', words: WORDS, launch, noticed })
  const [tasks] = windows.electron.acts.of('app.setUserTasks') as [
    { title: string; arguments: string; program: string }[],
  ]
  assert.deepEqual(
    tasks.map((task) => [task.title, task.arguments, task.program]),
    [
      ['New post', '"C:\\a b\\\\" --new-post', launch.path],
      ['Open Homebird', '"C:\\a b\\\\" --open', launch.path],
      ['Pause for 1 hour', '"C:\\a b\\\\" --pause', launch.path],
    ],
  )
  const mac = openHere(t, 'darwin')
  openQuickTasks(mac.electron.parts, { ...mac, platform: 'darwin', words: WORDS, launch, noticed })
  const [menu] = mac.electron.acts.of('app.dock.setMenu') as [Walked]
  assert.deepEqual(linesOf(menu.read()), ['New post', 'Open Homebird', 'Pause for 1 hour'])
  for (const label of ['New post', 'Open Homebird', 'Pause for 1 hour']) menu.choose([label])
  assert.deepEqual(mac.done, ['command {"kind":"new_post"}', 'open', 'pause "hour"'])
})
