/** Menus and tray on the stand-in, read and walked as a person would, with every act on record. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { ShellActs } from '../../electron/shell/acts.ts'
import { openWords } from '../../electron/shell/words.ts'
import type { UpdateState } from '../../server/contracts/desktop-bridge.ts'
import { openElectronStandIn } from './electron-stand-in.ts'
import type { MenuReading } from './electron/stand-in-menus.ts'
import { ShownHome } from './shell-watch.ts'

const RESOURCES = join(import.meta.dirname, '..', '..', 'resources')
export const LOCALES = join(RESOURCES, 'locales', 'shell')
export const ICONS = join(RESOURCES, 'icons', 'tray')
export const WORDS = openWords('en', LOCALES)
export const NOW = new Date(2026, 2, 4, 10, 0)
export const now = (): Date => NOW

export type Platform = 'darwin' | 'linux' | 'win32'

export const UPDATES: UpdateState = {
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
  const names = ['open', 'openAnother', 'command', 'openPage', 'pause', 'resume', 'backUp'] as const
  const rest = ['restart', 'checkForUpdates', 'installUpdate', 'about', 'quit'] as const
  const acts = Object.fromEntries([...names, ...rest].map((name) => [name, note(name)]))
  return { acts: acts as unknown as ShellActs, done }
}

export function openHere(t: TestContext, platform: Platform) {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-menus-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const electron = openElectronStandIn({ folder, platform })
  const watch = new ShownHome()
  return { electron, watch, ...recorder() }
}

/** Labels as a person reads them, with keys; those below indented. */
export function linesOf(menu: readonly MenuReading[], indent = ''): string[] {
  return menu.flatMap(({ label, accelerator, enabled, below }) => [
    `${indent}${label}${accelerator === null ? '' : ` [${accelerator}]`}${enabled ? '' : ' (off)'}`,
    ...linesOf(below ?? [], `${indent}  `),
  ])
}

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
  'Back up now…': 'backUp',
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
  Handbook: 'openPage "/handbook"',
  Licences: 'openPage "/licences"',
  'Open Homebird': 'open',
  '3 new notifications': 'openPage "/notifications"',
  'Update ready: restart': 'installUpdate',
}

const ROLES: ReadonlySet<string> = new Set(
  (
    'services hide hideOthers unhide close undo redo cut copy paste pasteAndMatchStyle delete selectAll ' +
    'startSpeaking stopSpeaking resetZoom zoomIn zoomOut togglefullscreen minimize zoom front'
  ).split(' '),
)

export interface Walked {
  choose(path: readonly string[]): void
  read(): MenuReading[]
}

/** Chooses every entry that a person can choose. @returns their labels */
export function walk(
  menu: Walked,
  done: string[],
  above: readonly string[] = [],
  read = menu.read(),
): string[] {
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
