/**
 * The window over the whole shell: its real pages, its real preload and the shell's own handlers, before a stand-in for
 * Electron's module; Chromium plays the window.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { DESKTOP_EVENTS } from '../../electron/ipc/desktop-calls.ts'
import type { WindowCommand } from '../../server/contracts/desktop-bridge.ts'
import { type TestBrowser, noBrowser, openBrowser } from '../support/browser.ts'
import { type DesktopShell, openDesktopShell } from '../support/desktop-shell.ts'
import { escapeFrom, strikeOn } from '../support/fields.ts'
import { playWindow } from '../support/shell-page.ts'
import { until } from '../support/until.ts'

const skip = noBrowser
const SET_UP = {
  username: 'ana',
  displayName: 'Ana',
  password: 'correct horse battery',
  domain: null,
  serviceDomain: null,
}

let browser: TestBrowser
let desktop: DesktopShell

before(async () => {
  if (skip !== false) return
  ;[browser, desktop] = await Promise.all([openBrowser(), openDesktopShell()])
  await desktop.window('homebird')
  const { page, context } = await browser.openPage()
  await page.goto(`${desktop.origin}/`)
  assert.equal(await ask(page, '/api/homebird/v1/setup', SET_UP), 200)
  await context.close()
})
after(async () => {
  await browser?.close()
  await desktop?.[Symbol.asyncDispose]()
})

/** As the window's own script asks. @returns the status */
const ask = async (page: Page, path: string, body: object): Promise<number> =>
  page.evaluate(
    async ([to, words]) => {
      const headers = { 'content-type': 'application/json', 'x-homebird': '1' }
      return (await fetch(String(to), { method: 'POST', headers, body: String(words) })).status
    },
    [path, JSON.stringify(body)],
  )

async function openWindow(t: TestContext, path: string): Promise<Page> {
  const { page, context, problems } = await browser.openPage({
    reducedMotion: 'reduce',
    serviceWorkers: 'allow',
  })
  await playWindow(page, desktop)
  await page.goto(`${desktop.origin}${path}`)
  await page.getByRole('navigation').first().waitFor()
  t.after(async () => {
    await context.close()
    assert.deepEqual(problems, [])
  })
  return page
}

const command = async (one: WindowCommand): Promise<void> =>
  (await desktop.window('homebird')).webContents.send(DESKTOP_EVENTS.command, one)

const write = async (page: Page, words: string): Promise<void> =>
  assert.equal(await ask(page, '/api/v1/statuses', { status: words }), 200)

test(
  'the window is signed in from the start and hears what happens, without sockets and workers',
  { skip },
  async (t) => {
    const page = await openWindow(t, '/home')
    const sockets: string[] = []
    page.on('websocket', (socket) => void sockets.push(socket.url()))
    const other = await openWindow(t, '/status')
    await write(other, 'heard at once')
    await page.getByRole('article').filter({ hasText: 'heard at once' }).waitFor()
    assert.deepEqual(sockets, [])
    assert.equal(
      await page.evaluate<number>('navigator.serviceWorker.getRegistrations().then((all) => all.length)'),
      0,
    )
  },
)

test(
  'what the shell asks of the window is done, and a choice of the window is kept by the shell',
  { skip },
  async (t) => {
    const page = await openWindow(t, '/home')
    await command({ kind: 'open', path: '/settings/startup' })
    const keeps = page.getByRole('switch', { name: 'Keep running when I close the window' })
    await until('it is known', async () => keeps.isEnabled())
    const wasOn = await keeps.isChecked()
    await strikeOn(keeps, 'Space')
    await until('it is changed', async () => (await keeps.isChecked()) !== wasOn)
    await until('it is kept', async () => {
      const kept = JSON.parse(await readFile(join(desktop.dataDir, 'shell.json'), 'utf8')) as object
      return Reflect.get(kept, 'keepsRunning') === !wasOn
    })
    await command({ kind: 'link', address: 'https://away.example/1' })
    await escapeFrom(page.getByRole('alertdialog', { name: 'Look up a link from outside?' }))
    await command({ kind: 'open', path: '/updates' })
    await page.getByRole('heading', { name: 'The desktop app' }).waitFor()
  },
)

/** Children of this process by their entry. */
async function serverPids(): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['--ppid', String(process.pid), '-o', 'pid=,args='])
  const lines = stdout.split('\n').filter((line) => /server[/]main\.[jt]s/.test(line))
  return lines.map((line) => Number.parseInt(line, 10))
}

test('a window whose server dies is read on, and hears again once another stands', { skip }, async (t) => {
  const page = await openWindow(t, '/home')
  await write(page, 'before it died')
  await page.getByRole('article').filter({ hasText: 'before it died' }).waitFor()
  const [pid, ...more] = await serverPids()
  assert.ok(pid !== undefined && more.length === 0)
  process.kill(pid, 'SIGKILL')
  await until('another stands', async () => (await serverPids()).some((one) => one !== pid))
  await until(
    'it answers',
    async () => (await ask(page, '/api/v1/statuses', { status: 'after it died' })) === 200,
  )
  // Whose answer was lost was written all the same.
  await page.getByRole('article').filter({ hasText: 'after it died' }).first().waitFor()
  await page.getByRole('article').filter({ hasText: 'before it died' }).waitFor()
})
