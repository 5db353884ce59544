/**
 * Tray, menus, links and the login item in the whole shell: real supervisor, database, server and worker; Electron's module is a
 * stand-in, and the window is one that listens and records what it is told.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DESKTOP_CALLS, DESKTOP_EVENTS, DESKTOP_TELLS } from '../../electron/ipc/desktop-calls.ts'
import { channelName } from '../../electron/ipc/handle.ts'
import type { BackupsOverview } from '../../server/contracts/backups.ts'
import type { SwitchFacts } from '../../server/contracts/moderation.ts'
import type { TuningFacts } from '../../server/contracts/tuning.ts'
import { type DesktopShell, openDesktopShell } from '../support/desktop-shell.ts'
import type { StandInContents } from '../support/electron/stand-in-contents.ts'
import type { StandInTray } from '../support/electron/stand-in-menus.ts'
import { askHome } from '../support/home-parts.ts'
import { type AskInit, appRequest } from '../support/shell-request.ts'
import { until } from '../support/until.ts'

/** As the bridge of the main window has them. */
const listens = channelName('main', DESKTOP_TELLS.listens)
const setLogin = channelName('main', DESKTOP_CALLS.loginSetOn)

let desktop: DesktopShell
let contents: StandInContents

/** Stands for what the system says of its line. */
const programs = mkdtempSync(join(tmpdir(), 'hb-line-'))
const meteredFile = join(programs, 'metered')
const { PATH: programsBefore } = process.env

before(async () => {
  writeFileSync(meteredFile, 'u 2')
  writeFileSync(join(programs, 'busctl'), `#!/bin/sh\ncat '${meteredFile}'\n`, { mode: 0o755 })
  process.env['PATH'] = `${programs}:${programsBefore}`
  desktop = await openDesktopShell({ env: { HOMEBIRD_STATOR_CONCURRENCY: '20' } })
})
after(async () => {
  await desktop?.[Symbol.asyncDispose]()
  process.env['PATH'] = programsBefore
  rmSync(programs, { recursive: true })
})

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const json = { 'content-type': 'application/json', 'x-homebird': '1' }
  const init: AskInit =
    body === undefined ? { method } : { method, headers: json, body: JSON.stringify(body) }
  const answer = await desktop.electron.session.protocol.load(appRequest(`/api/homebird/v1${path}`, init))
  assert.equal(answer.status, 200, `${method} ${path}`)
  return (await answer.json()) as T
}

function tray(): StandInTray {
  const [shown] = desktop.electron.menus.trays
  assert.ok(shown !== undefined)
  return shown
}

const trayReads = async (pattern: RegExp): Promise<unknown> =>
  until(`the tray says ${pattern.source}`, () => pattern.test(tray().menu?.read()[0]?.label ?? ''))

const told = (): unknown[] =>
  contents.sent.flatMap(({ channel, args }) => (channel === DESKTOP_EVENTS.command ? args : []))

const isTold = async (command: object): Promise<unknown> =>
  until(`the window is told ${JSON.stringify(command)}`, () =>
    told().some((one) => JSON.stringify(one) === JSON.stringify(command)),
  )

test('the tray is there while the home starts, and follows it', async () => {
  await until('there is a tray', () => desktop.electron.menus.trays.length > 0)
  contents = (await desktop.window('homebird')).webContents
  await trayReads(/^Only at home$/)
  const { image } = tray()
  assert.ok(typeof image !== 'string' && image.path?.includes('only_at_home-') === true)
  const form = { username: 'ana', displayName: 'Ana', password: 'correct horse battery' }
  await ask('POST', '/setup', { ...form, domain: 'home.example', serviceDomain: null })
  await trayReads(/^Running, not yet proved from outside$/)
})

test('Pause in the tray pauses the home, for an hour, and Resume in the menu ends it', async () => {
  tray().menu?.choose(['Pause', 'For 1 hour'])
  await trayReads(/^Paused until/)
  const { pause } = await ask<SwitchFacts>('GET', '/switches')
  const leftMs = Date.parse(pause?.until ?? '') - Date.now()
  assert.ok(leftMs > 3_500_000 && leftMs <= 3_600_000, String(leftMs))
  desktop.electron.menus.application?.choose(['Home', 'Resume'])
  await trayReads(/^Running/)
  assert.equal((await ask<SwitchFacts>('GET', '/switches')).pause, null)
})

test('menus and tray tell the window what to do; a window that listens later is told then', async () => {
  desktop.electron.menus.application?.choose(['File', 'New post'])
  assert.deepEqual(told(), [])
  desktop.electron.ipc.send({ contents }, listens, [])
  await isTold({ kind: 'new_post' })
  desktop.electron.menus.application?.choose(['View', 'Notifications'])
  await isTold({ kind: 'open', path: '/notifications' })
  tray().menu?.choose(['Connect a phone…'])
  await isTold({ kind: 'open', path: '/connect-phone' })
  desktop.electron.menus.application?.choose(['Edit', 'Spelling…'])
  await isTold({ kind: 'open', path: '/settings/posting#spelling' })
  const open = desktop.electron.windows.length
  desktop.electron.menus.application?.choose(['File', 'New window'])
  assert.equal(desktop.electron.windows.length, open + 1)
})

test('Back up now… in the tray makes a backup and checks it', async () => {
  tray().menu?.choose(['Back up now…'])
  const made = await until('the backup is made and checked', async () => {
    const { backups } = await ask<{ readonly backups: BackupsOverview }>('GET', '/backups')
    return backups.running === null && backups.ended.length > 1 ? backups.ended : undefined
  })
  assert.deepEqual(
    made.map(({ task, result }) => `${task} ${result}`),
    ['verify done', 'backup done'],
  )
})

/** What the worker obeys, as it says itself. */
async function concurrencyIs(calls: number): Promise<void> {
  await until(`${calls} calls at once`, async () => {
    const { details } = await askHome(desktop.dataDir)
    const worker = details['worker-0'] as { readonly limits: { readonly concurrency: number } } | null
    return worker?.limits.concurrency === calls
  })
}

test('on battery the worker does half at once, on a metered line half of that, and all again on mains', async () => {
  const { power } = desktop.electron
  const onBattery = (is: boolean): void => {
    power.isOnBattery = is
    power.emit(is ? 'on-battery' : 'on-ac')
  }
  await concurrencyIs(20)
  onBattery(true)
  await concurrencyIs(10)
  const { sparing, knobs } = await ask<TuningFacts>('GET', '/tuning')
  assert.deepEqual(sparing, ['battery'])
  assert.equal(knobs.find(({ name }) => name === 'statorConcurrency')?.inForce, 10)
  if (process.platform === 'linux') {
    writeFileSync(meteredFile, 'u 1')
    // The line is asked about anew after a sleep.
    power.emit('resume')
    await concurrencyIs(5)
    writeFileSync(meteredFile, 'u 2')
    power.emit('resume')
    await concurrencyIs(10)
  }
  onBattery(false)
  await concurrencyIs(20)
})

test('a later start hands over its link, and only what is one', async () => {
  const start = (...argv: string[]): void => {
    desktop.electron.app.emit('second-instance', {}, argv, '/', { argv })
  }
  start('homebird', 'web+ap:javascript:alert(1)')
  start('homebird', 'web+ap://elsewhere.example/@kai')
  const window = desktop.electron.windows.at(-1)?.webContents
  assert.ok(window !== undefined)
  desktop.electron.ipc.send({ contents: window }, listens, [])
  const all = (): unknown[] => [...told(), ...window.sent.flatMap(({ args }) => args)]
  await until('the link is told', () => JSON.stringify(all()).includes('https://elsewhere.example/@kai'))
  assert.doesNotMatch(JSON.stringify(all()), /javascript/)
})

test(
  'the window’s switch writes the autostart file of this system',
  { skip: process.platform !== 'linux' },
  async () => {
    const { electron } = desktop
    const path = join(electron.parts.app.getPath('home'), '.config', 'autostart', 'homebird.desktop')
    await electron.ipc.invoke({ contents }, setLogin, [true])
    assert.match(readFileSync(path, 'utf8'), /^Exec=.* --hidden$/m)
    await electron.ipc.invoke({ contents }, setLogin, [false])
    assert.equal(existsSync(path), false)
  },
)

test('Quit in the tray closes the home in order', async () => {
  tray().menu?.choose(['Quit Homebird'])
  assert.equal(await desktop.quit(), 0)
  assert.deepEqual(desktop.electron.menus.trays, [])
})
