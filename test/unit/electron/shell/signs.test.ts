/** What shows the home beside menus and tray: its sentence, the badge, the entries beside the icon. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { homeSentence } from '../../../../electron/home/home-sentence.ts'
import { pauseEnd } from '../../../../electron/shell/acts.ts'
import { badgeText, openBadge } from '../../../../electron/shell/badge.ts'
import { openQuickTasks } from '../../../../electron/shell/quick-tasks.ts'
import { openWords } from '../../../../electron/shell/words.ts'
import { HOME_CONDITIONS } from '../../../../server/contracts/home-state.ts'
import { ICONS, LOCALES, NOW, WORDS, type Walked, linesOf, openHere } from '../../../support/shell-ground.ts'
import { QUIET } from '../../../support/shell-watch.ts'

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
