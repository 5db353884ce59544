/** Tray, notifications and badge over a real home: its private listener, its database, the feed; Electron is the stand-in. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, before, test } from 'node:test'
import { openHomeWatch } from '../../../electron/home/home-watch.ts'
import { openActs } from '../../../electron/shell/acts.ts'
import { openBadge } from '../../../electron/shell/badge.ts'
import { openNotifications } from '../../../electron/shell/notifications.ts'
import { openTray } from '../../../electron/shell/tray.ts'
import { openWords } from '../../../electron/shell/words.ts'
import type { HomeState } from '../../../server/contracts/appliance-status.ts'
import type { UpdateState, WindowCommand } from '../../../server/contracts/desktop-bridge.ts'
import type { NotificationType } from '../../../server/contracts/notification.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { tellNotifications } from '../../../server/domain/notifications/tell-notifications.ts'
import { activePause, readSwitches } from '../../../server/domain/owner/switches.ts'
import { publishToStreams } from '../../../server/domain/timelines/stream-notices.ts'
import { PASSWORD, openApiHome } from '../../support/api-home.ts'
import { openElectronStandIn } from '../../support/electron-stand-in.ts'
import { type PrivateClient, openPrivateClient } from '../../support/private-client.ts'
import { until } from '../../support/until.ts'

const RESOURCES = join(import.meta.dirname, '..', '..', '..', 'resources')
const WORDS = openWords('en', join(RESOURCES, 'locales', 'shell'))
const ICONS = join(RESOURCES, 'icons', 'tray')
const IDLE: UpdateState = {
  version: '0.1.0',
  phase: 'idle',
  reason: null,
  checkedAt: null,
  next: null,
  percent: null,
  waitsFor: [],
}

const home = await openApiHome({ env: { HOMEBIRD_API_RATE: '0' } })
const { db, ana, others } = home
let owner: PrivateClient
let cookie: string

before(async () => {
  owner = await openPrivateClient(home.context, PASSWORD)
  const answer = await owner.askAsStranger('/api/homebird/v1/session', {
    method: 'POST',
    body: { password: PASSWORD },
  })
  cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
})

async function openShell(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'homebird-shell-'))
  t.after(async () => rm(folder, { recursive: true }))
  const electron = openElectronStandIn({ folder, platform: 'linux' })
  const host = `127.0.0.1:${owner.port}`
  const supervisor = { state: 'Running' as HomeState }
  const watch = openHomeWatch({
    supervisor: () => supervisor.state,
    ask: async ({ method, path, headers = {}, body = null, signal }) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const all = { ...headers, host, cookie, origin: `http://${host}` }
        const ending = signal === undefined ? {} : { signal }
        const sent = request({ port: owner.port, path, method, headers: all, agent: false, ...ending })
        sent.once('response', resolve).once('error', reject)
        sent.end(body ?? undefined)
      }),
  })
  const commands: WindowCommand[] = []
  const store = new Map<string, unknown>()
  const noticed: string[] = []
  const shared = { words: WORDS, watch, noticed: (message: string) => void noticed.push(message) }
  const updates = {
    state: async () => IDLE,
    check: async () => IDLE,
    install: async () => undefined,
    onState: () => () => undefined,
  }
  const acts = openActs(electron.parts, {
    ...shared,
    updates,
    now: () => new Date(),
    show: () => undefined,
    relaunch: () => undefined,
    windows: { openAnother: () => undefined, command: (command) => void commands.push(command) },
  })
  const panel = { ...shared, platform: 'linux', iconDir: ICONS, desktop: 'KDE', acts, updates } as const
  const rooms = [
    openTray(electron.parts, { ...panel, now: () => new Date() }),
    openBadge(electron.parts, panel),
    openNotifications(electron.parts, {
      ...panel,
      store: { get: (name) => store.get(name), set: (name, value) => void store.set(name, value) },
    }),
  ]
  t.after(() => {
    for (const room of rooms) room[Symbol.dispose]()
    watch.close()
  })
  const [tray] = electron.menus.trays
  assert.ok(tray !== undefined)
  const reads = async (pattern: RegExp): Promise<void> => {
    await until(`the tray says ${pattern.source}`, () => pattern.test(tray.menu?.read()[0]?.label ?? ''))
  }
  await until('the home is known', () => watch.view.summary !== null)
  return { electron, watch, supervisor, commands, tray, reads, noticed }
}

let told = 0

async function tell(kind: NotificationType, html?: string): Promise<string | null> {
  told += 1
  const ben = await others.actor(`ben${told}`)
  const post = html === undefined ? null : await others.post(ben, { html, mentions: [ana] })
  await inTransaction(db, async (tx) => {
    const draft = { actorId: ana.id, kind, fromActorId: ben.id, postId: post?.id ?? null }
    await publishToStreams(tx, await tellNotifications(tx, [draft]))
  })
  return post?.id ?? null
}

const pauseNow = async () => activePause(await readSwitches(db), new Date())

test('the entries of Pause really pause the home, for as long as they say, and Resume ends it', async (t) => {
  const { tray, reads } = await openShell(t)
  await reads(/^Running/)
  const startedAt = Date.now()
  tray.menu?.choose(['Pause', 'For 1 hour'])
  await reads(/^Paused until (?!you)/)
  const hour = (await pauseNow())?.until?.getTime() ?? 0
  assert.ok(hour >= startedAt + 3_600_000 && hour <= Date.now() + 3_600_000, String(hour))
  assert.ok(typeof tray.image !== 'string' && tray.image.path?.includes('paused-') === true)

  tray.menu?.choose(['Resume'])
  await reads(/^Running/)
  assert.equal(await pauseNow(), null)

  tray.menu?.choose(['Pause', 'Until tomorrow'])
  await reads(/^Paused until/)
  const midnight = new Date()
  midnight.setHours(24, 0, 0, 0)
  assert.equal((await pauseNow())?.until?.getTime(), midnight.getTime())
  tray.menu?.choose(['Resume'])
  await reads(/^Running/)

  tray.menu?.choose(['Pause', 'Until I resume'])
  await reads(/^Paused until you resume$/)
  assert.deepEqual((await pauseNow())?.until, null)
  tray.menu?.choose(['Resume'])
  await reads(/^Running/)
})

test('a notification is shown, counted on the icon and in the tray, and opens its page; what is read is counted no more', async (t) => {
  const { electron, commands, tray } = await openShell(t)
  const { notifications } = electron.menus
  const id = await tell('mention', '<p>Hello <script>alert(1)</script>Ana</p>')
  const shown = await until('it is shown', () => notifications[0])
  assert.deepEqual(
    [shown.options['body'], String(shown.options['title']).endsWith(' mentioned you')],
    ['Hello Ana', true],
  )
  shown.emit('click')
  assert.deepEqual(commands, [{ kind: 'open', path: `/posts/${id}` }])
  await until('it is counted', () => electron.acts.of('app.setBadgeCount').at(-1) === 1)
  await until('it is in the tray', () =>
    tray.menu?.read().some(({ label }) => label === '1 new notification'),
  )
  tray.menu?.choose(['1 new notification'])
  assert.deepEqual(commands.at(-1), { kind: 'open', path: '/notifications' })
  const all = (await owner.ask('/api/v1/notifications')).json()
  const newest = String([...all][0]?.['id'])
  await owner.ask('/api/v1/markers', {
    method: 'POST',
    body: { notifications: { last_read_id: newest } },
  })
  await until('nothing is counted', () => electron.acts.of('app.setBadgeCount').at(-1) === 0)
})

test('a part that falls is seen at once, and so is that it stands again', async (t) => {
  const { watch, supervisor, reads } = await openShell(t)
  supervisor.state = 'Needs attention'
  watch.look()
  await reads(/^Needs attention$/)
  supervisor.state = 'Running'
  watch.look()
  await reads(/^Running/)
})

test('a pause that the home does not take is said in words', async (t) => {
  const { electron, tray, noticed } = await openShell(t)
  const kept = cookie
  t.after(() => {
    cookie = kept
  })
  cookie = 'homebird=gone'
  tray.menu?.choose(['Pause', 'For 1 hour'])
  const said = await until('it is said', () => electron.acts.of('dialog.showErrorBox')[0])
  assert.ok(JSON.stringify(said).includes('could not be paused or resumed'), JSON.stringify(said))
  assert.deepEqual(noticed, ['Error: the home answered 401 to POST of its pause'])
  assert.equal(await pauseNow(), null)
})

test('a backup that the home does not take is said in words, beside the page that shows them', async (t) => {
  const { electron, tray, commands, noticed } = await openShell(t)
  tray.menu?.choose(['Back up now…'])
  // Nobody supervises this server, and so nobody makes backups.
  const said = await until('it is said', () => electron.acts.of('dialog.showErrorBox')[0])
  assert.ok(JSON.stringify(said).includes('The backup could not be started'), JSON.stringify(said))
  assert.deepEqual(commands, [{ kind: 'open', path: '/backups' }])
  assert.deepEqual(noticed, ['Error: the home answered 503 to POST of its backups'])
})
