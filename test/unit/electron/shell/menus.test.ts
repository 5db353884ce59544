import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openMenus } from '../../../../electron/shell/menu.ts'
import { type Platform, WORDS, linesOf, now, openHere, walk } from '../../../support/shell-ground.ts'

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

test('every entry of every menu does what it says', (t) => {
  for (const platform of ['darwin', 'linux', 'win32'] as const) {
    const { electron, done } = menusOn(t, platform)
    const { application } = electron.menus
    assert.ok(application !== null)
    assert.ok(walk(application, done).length > 35, platform)
  }
})

test('a menu is drawn anew only when it says something else', async (t) => {
  const { electron, watch } = menusOn(t, 'linux')
  const first = electron.menus.application
  watch.shows({ unread: 9 })
  assert.equal(electron.menus.application, first)
  watch.shows({}, 'needs_attention')
  assert.notEqual(electron.menus.application, first)
})
