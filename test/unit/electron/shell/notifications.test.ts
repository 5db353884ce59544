import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openNotifications } from '../../../../electron/shell/notifications.ts'
import { plainText } from '../../../../electron/shell/plain-text.ts'
import { openWords } from '../../../../electron/shell/words.ts'
import { NOTIFICATION_TYPES } from '../../../../server/contracts/notification.ts'
import { openElectronStandIn } from '../../../support/electron-stand-in.ts'
import { ShownHome } from '../../../support/shell-watch.ts'

const WORDS = openWords(
  'en',
  join(import.meta.dirname, '..', '..', '..', '..', 'resources', 'locales', 'shell'),
)

interface Scene {
  readonly hasFocus?: boolean
  readonly store?: Map<string, unknown>
  readonly platform?: NodeJS.Platform
}

function openDesk(
  t: TestContext,
  { hasFocus = false, store = new Map<string, unknown>(), platform = 'win32' }: Scene = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-notices-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const electron = openElectronStandIn({ folder })
  const watch = new ShownHome()
  const opened: string[] = []
  const focus = { now: hasFocus }
  let due: (() => void) | null = null
  const desk = openNotifications(
    {
      app: electron.parts.app,
      Notification: electron.parts.Notification,
      powerMonitor: electron.parts.powerMonitor,
      BrowserWindow: { getFocusedWindow: () => (focus.now ? {} : null) },
    } as unknown as Parameters<typeof openNotifications>[0],
    {
      platform,
      words: WORDS,
      watch,
      acts: { openPage: (path) => void opened.push(path) },
      store: { get: (name) => store.get(name), set: (name, value) => void store.set(name, value) },
      later(work) {
        due = work
        return () => {
          due = null
        }
      },
    },
  )
  const shown = () => electron.menus.notifications.map(({ options }) => [options['title'], options['body']])
  const pass = (): void => {
    const work = due
    due = null
    work?.()
  }
  return { electron, watch, desk, opened, shown, pass, focus }
}

test('each notification is shown once, names who did what, and a press opens its page', (t) => {
  const { electron, watch, opened, shown, pass } = openDesk(t)
  assert.deepEqual(electron.acts.of('app.setAppUserModelId'), ['org.homebird.Homebird'])
  watch.notices({ id: '1' })
  watch.notices({ id: '1' })
  watch.notices({ id: '2', kind: 'follow', name: 'Kai', body: '', path: '/people/7' })
  watch.notices({ id: '3', name: null, body: '' })
  pass()
  assert.deepEqual(shown(), [
    ['Ben mentioned you', 'hello'],
    ['Kai followed you', ''],
    ['Something new in your private mentions', ''],
  ])
  electron.menus.notifications[1]?.emit('click')
  assert.deepEqual(opened, ['/people/7'])
  watch.notices({ id: '2' })
  pass()
  assert.equal(shown().length, 3, 'told again after the feed was interrupted')
})

test('every kind of notification has its words', (t) => {
  const { watch, shown, pass } = openDesk(t)
  for (const [at, kind] of NOTIFICATION_TYPES.entries()) {
    watch.notices({ id: String(at), kind })
    pass()
  }
  assert.equal(shown().length, NOTIFICATION_TYPES.length)
  assert.equal(new Set(shown().map(([title]) => title)).size, NOTIFICATION_TYPES.length)
})

test('many at once are one, and the newest summary stands for those before it', (t) => {
  const { electron, watch, opened, shown, pass } = openDesk(t)
  for (let id = 0; id < 200; id += 1) watch.notices({ id: String(id) })
  pass()
  assert.deepEqual(shown(), [['99+ new notifications', '']])
  watch.misses(12)
  pass()
  assert.deepEqual(shown(), [['12 new notifications', '']])
  electron.menus.notifications[0]?.emit('click')
  assert.deepEqual(opened, ['/notifications'])
})

test('nothing is shown to whoever looks at a window', (t) => {
  const { watch, shown, pass, focus } = openDesk(t, { hasFocus: true })
  watch.notices({ id: '1' })
  pass()
  assert.deepEqual(shown(), [])
  focus.now = false
  watch.notices({ id: '2' })
  pass()
  assert.equal(shown().length, 1)
})

test('of a private mention nothing stands on a locked screen until it is unlocked', (t) => {
  const { electron, watch, shown, pass } = openDesk(t)
  const monitor = electron.parts.powerMonitor as unknown as NodeJS.EventEmitter
  monitor.emit('lock-screen')
  watch.notices({ id: '1', name: null, body: '' })
  watch.notices({ id: '2' })
  pass()
  assert.deepEqual(shown(), [['Ben mentioned you', 'hello']])
  monitor.emit('unlock-screen')
  pass()
  assert.deepEqual(shown().at(-1), ['Something new in your private mentions', ''])
  assert.equal(shown().length, 2)
})

test('after an absence one sentence says how long it was and what was caught up with, once', (t) => {
  const store = new Map<string, unknown>()
  const { watch, shown, pass, desk } = openDesk(t, { store })
  watch.shows({ catchingUp: { done: 0, count: 9 } }, 'catching_up')
  for (let id = 0; id < 30; id += 1) watch.notices({ id: String(id) })
  pass()
  assert.deepEqual(shown(), [], 'held back while the home catches up')
  const returned = { id: '5', awaySeconds: 9 * 3_600, posts: 214 }
  watch.shows({ returned })
  pass()
  assert.deepEqual(shown(), [['Away 9 hours. Caught up: 214 posts', '30 new notifications']])
  watch.shows({ returned, unread: 1 })
  pass()
  assert.equal(shown().length, 1)
  desk[Symbol.dispose]()
  const again = openDesk(t, { store })
  again.watch.shows({ returned })
  again.pass()
  assert.deepEqual(again.shown(), [], 'said already, by the run before')
})

test('a short absence without anything new is not worth a word', (t) => {
  const { watch, shown, pass } = openDesk(t)
  watch.shows({ returned: { id: '6', awaySeconds: 660, posts: 0 } })
  pass()
  assert.deepEqual(shown(), [])
  watch.shows({ returned: { id: '7', awaySeconds: 660, posts: 1 } })
  pass()
  assert.deepEqual(shown(), [['Away 11 minutes. Caught up: 1 post', '']])
})

test('what is open is closed with the shell', (t) => {
  const { watch, shown, pass, desk } = openDesk(t)
  watch.notices({ id: '1' })
  pass()
  watch.notices({ id: '2' })
  desk[Symbol.dispose]()
  pass()
  assert.deepEqual(shown(), [])
})

test('strangers’ words are one short line that turns nothing around', () => {
  assert.equal(plainText('a\u202Eb\u0000c\u2028d\ne\u2066f\u061Cg'), 'abc d efg')
  assert.equal(plainText('  x  \t y '), 'x y')
  const long = plainText('🦊'.repeat(500))
  assert.ok(long.length <= 200 && long.isWellFormed() && long.endsWith('…'), String(long.length))
  assert.equal(plainText('x'.repeat(200)).length, 200)
  assert.equal(plainText('\uD800x'), '\uFFFDx')
})

test('on Linux, where the body is read as markup, tags and signs of strangers stay what they wrote', (t) => {
  const body = '<b>a</b> &amp; <a href="https://example.org/">b</a>'
  for (const [platform, expected] of [
    ['linux', '&lt;b&gt;a&lt;/b&gt; &amp;amp; &lt;a href="https://example.org/"&gt;b&lt;/a&gt;'],
    ['win32', body],
  ] as const) {
    const { watch, shown, pass } = openDesk(t, { platform })
    watch.notices({ id: '1', name: 'B<i>', body })
    pass()
    assert.deepEqual(shown(), [['B<i> mentioned you', expected]])
  }
})

test('backups that fail are told once, also to whoever had a window before them then, and again after all was well', (t) => {
  const store = new Map<string, unknown>()
  const { watch, shown, focus, electron, opened } = openDesk(t, { store, hasFocus: true })
  watch.shows({ backups: 'failing' })
  assert.deepEqual(shown(), [])
  focus.now = false
  watch.shows({ backups: 'failing', unread: 1 })
  watch.shows({ backups: 'failing', unread: 2 })
  assert.deepEqual(shown(), [['Backups keep failing', 'Open Backups to see what is in the way.']])
  electron.menus.notifications[0]?.emit('click')
  assert.deepEqual(opened, ['/backups'])
  watch.shows({ backups: null })
  watch.shows({ backups: 'late' })
  assert.equal(shown().length, 2)
  // What was told outlives the shell, and is not told anew where two troubles take turns.
  assert.equal(store.get('toldBackups'), 'late')
  for (const backups of ['failing', 'late', 'failing', 'late'] as const) watch.shows({ backups })
  assert.equal(shown().length, 3)
  assert.equal(store.get('toldBackups'), 'late failing')
})
