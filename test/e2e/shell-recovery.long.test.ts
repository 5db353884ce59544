/**
 * A home that does not start is mended in the start-up window. The shell, its home and its page are the real ones; Electron's
 * module is a stand-in, and Chromium plays the window.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { askControlSocket } from '../../server/appliance/control-socket.ts'
import { readLockHolder } from '../../server/appliance/data-dir-lock.ts'
import { type ApplianceStatus, listHomeCopies } from '../../server/appliance/index.ts'
import type { KeeperState } from '../../server/contracts/keeping.ts'
import type { StartView } from '../../server/contracts/start-bridge.ts'
import { dataDirAt } from '../../server/core/data-dir.ts'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { type TestBrowser, axeFindings, noBrowser, openBrowser, takeScreenshot } from '../support/browser.ts'
import { type DesktopShell, openDesktopShell } from '../support/desktop-shell.ts'
import type { StandInContents } from '../support/electron/stand-in-contents.ts'
import { openStartWindowPage } from '../support/start-window.ts'
import { until } from '../support/until.ts'

const skip = noBrowser
/** Checking, copying, replaying and starting, on a machine that does other things too. */
const LONGEST_MENDING_MS = 280_000
let browser: TestBrowser
before(async () => {
  if (skip === false) browser = await openBrowser()
})
after(async () => browser?.close())

/** Of a home that has run once and stopped; removed with the test. */
async function dataDirOfHome(t: TestContext): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hb-home-'))
  afterInReverse(t, () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  await runOnce(dataDir)
  return dataDir
}

async function runOnce(dataDir: string): Promise<void> {
  const desktop = await openDesktopShell({ dataDir })
  try {
    await untilRuns(desktop)
  } finally {
    await desktop[Symbol.asyncDispose]()
  }
}

const pagesAt = ({ electron }: DesktopShell, place: string): readonly StandInContents[] =>
  electron.windows
    .map(({ webContents }) => webContents)
    .filter((contents) => contents.getURL().startsWith(`app://${place}`))

/** The main window is there. Where the wait is in vain, what the start-up window tells as failed is said. */
async function untilRuns(desktop: DesktopShell): Promise<void> {
  await until(
    'a main window',
    () => {
      if (pagesAt(desktop, 'homebird').length > 0) return true
      const told = pagesAt(desktop, 'start').flatMap(({ sent }) => sent.flatMap(({ args }) => args))
      const failure = (told.at(-1) as StartView | undefined)?.failure
      if (failure !== null && failure !== undefined) throw new Error(failure.technical)
      return false
    },
    LONGEST_MENDING_MS,
  )
}

async function open(t: TestContext, dataDir: string, env: Record<string, string> = {}) {
  const desktop = await openDesktopShell({ dataDir, env })
  afterInReverse(t, () => desktop[Symbol.asyncDispose]())
  const window = await openStartWindowPage(desktop, browser)
  afterInReverse(t, () => window[Symbol.asyncDispose]())
  return { desktop, ...window }
}

async function untilFailed(page: Page, what: RegExp): Promise<void> {
  await until(String(what), async () =>
    what.test((await page.textContent('#failure h2', { timeout: 5_000 })) ?? ''),
  )
}

/** The main window is there, and the start-up window has gone. */
async function untilMended(desktop: DesktopShell): Promise<void> {
  await untilRuns(desktop)
  await until('no start-up window', () => pagesAt(desktop, 'start').length === 0)
}

test('a database that cannot start is mended by taking the copy back, in the window', { skip }, async (t) => {
  const dataDir = await dataDirOfHome(t)
  writeFileSync(join(dataDir, 'homebird.version'), '0.0.1\n')
  await runOnce(dataDir)
  const [copy] = listHomeCopies({ env: { HOMEBIRD_DATA_DIR: dataDir }, commandLine: {} })
  assert.equal(copy?.manifest?.ofVersion, '0.0.1')
  rmSync(join(dataDir, 'postgres', '18', 'global', 'pg_control'))

  const { desktop, page, problems } = await open(t, dataDir)
  await untilFailed(page, /The database did not start/)
  assert.match((await page.textContent('pre')) ?? '', /pg_control/)
  assert.deepEqual(await axeFindings(page), [])
  await page.click('[data-act=startAgain]')
  await page.waitForSelector('#failure .first[data-act=takeBack]')
  await takeScreenshot(page, 'start/mending')
  await page.click('[data-act=openLogs]')
  await until('the folder', () => JSON.stringify(desktop.electron.acts.all).includes(join(dataDir, 'logs')))
  await page.locator('#journal > summary').click()
  await page.locator('.line', { hasText: 'the home did not start: DATABASE_UNREACHABLE' }).first().waitFor()

  await page.click('#failure [data-act=takeBack]')
  await page.waitForSelector('dialog[open]')
  await page.locator('dialog[open] button:focus', { hasText: 'Cancel' }).waitFor()
  await page.locator('.replaces', { hasText: 'The database of this home' }).waitFor()
  await page.click('dialog .danger')
  await untilMended(desktop)
  assert.deepEqual(problems, [])
  const kinds = listHomeCopies({ env: { HOMEBIRD_DATA_DIR: dataDir }, commandLine: {} }).map(
    (one) => one.manifest?.kind,
  )
  assert.ok(kinds.includes('replaced'), 'what was replaced is kept')
})

test(
  'a database that is lost comes back from a backup, in the window, once it was looked into',
  { skip },
  async (t) => {
    const dataDir = await dataDirOfHome(t)
    const first = await openDesktopShell({ dataDir })
    try {
      await untilRuns(first)
      await backUp(dataDir)
    } finally {
      await first[Symbol.asyncDispose]()
    }
    rmSync(join(dataDir, 'postgres', '18', 'global', 'pg_control'))

    const { desktop, page, problems } = await open(t, dataDir)
    await untilFailed(page, /The database did not start/)
    await page.click('[data-act=restore]')
    await page.locator('dialog .choice input').first().check({ timeout: LONGEST_MENDING_MS })
    await page.locator('dialog button.first').click()
    await page.locator('.inside').waitFor({ timeout: LONGEST_MENDING_MS })
    await page.locator('.inside', { hasText: /takes the place of the home in .*hb-home-/ }).waitFor()
    assert.deepEqual(await axeFindings(page), [])
    await takeScreenshot(page, 'start/restore')
    await page.click('dialog .danger')
    await page.click('[data-act=cancelRestore]')
    // One that was cancelled has not failed: what failed before waits as it did.
    await untilFailed(page, /The database did not start/)
    await page.click('[data-act=restore]')
    await page.locator('dialog[open] .choice input').first().check({ timeout: LONGEST_MENDING_MS })
    await page.locator('dialog button.first').click()
    await page.locator('.inside').waitFor({ timeout: LONGEST_MENDING_MS })
    await page.click('dialog .danger')
    await untilMended(desktop)
    assert.deepEqual(problems, [])
    const [newest] = listHomeCopies({ env: { HOMEBIRD_DATA_DIR: dataDir }, commandLine: {} })
    assert.equal(newest?.manifest?.kind, 'replaced')
  },
)

/** Into the folder of the home, by its own keeper. */
async function backUp(dataDir: string): Promise<void> {
  const socket = readLockHolder(dataDirAt(dataDir))?.controlSocket ?? ''
  const order = { task: 'backup', isWhole: true, isVerified: false } as const
  await askControlSocket(socket, { kind: 'keeping', ask: 'start', order })
  await until(
    'a backup',
    async () => {
      const { running, ended } = (await askControlSocket(socket, {
        kind: 'keeping',
        ask: 'state',
      })) as KeeperState
      if (running !== null) return false
      assert.deepEqual([ended[0]?.task, ended[0]?.result], ['backup', 'done'], ended[0]?.message ?? '')
      return true
    },
    LONGEST_MENDING_MS,
  )
}

test(
  'once the cause is gone, starting again is enough: settings of the database, a taken port',
  { skip },
  async (t) => {
    const dataDir = await dataDirOfHome(t)
    const local = join(dataDir, 'postgres', '18', 'local.conf')
    appendFileSync(local, "no_such_setting = 'x'\n", { mode: 0o644 })
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0

    const { desktop, page } = await open(t, dataDir, { HOMEBIRD_PORT: String(port) })
    await untilFailed(page, new RegExp(`Port ${port} is used by another program`))
    taken.close()
    await once(taken, 'close')
    await page.click('[data-act=startAgain]')
    await untilFailed(page, /The database did not start/)
    assert.match((await page.textContent('pre')) ?? '', /no_such_setting/)
    renameSync(local, `${local}.broken`)
    await page.click('[data-act=startAgain]')
    await untilMended(desktop)
  },
)

test(
  'a server that ends again and again brings the window back, which restarts it at once',
  { skip },
  async (t) => {
    const dataDir = await dataDirOfHome(t)
    const desktop = await openDesktopShell({ dataDir })
    afterInReverse(t, () => desktop[Symbol.asyncDispose]())
    await untilRuns(desktop)
    const killed = new Set<number>()
    await until(
      'a start-up window',
      async () => {
        const pid = await serverOf(dataDir)
        if (pid !== null && !killed.has(pid)) {
          killed.add(pid)
          process.kill(pid, 'SIGKILL')
        }
        return pagesAt(desktop, 'start').length > 0
      },
      LONGEST_MENDING_MS,
    )
    const window = await openStartWindowPage(desktop, browser)
    afterInReverse(t, () => window[Symbol.asyncDispose]())
    await untilFailed(window.page, /The server of your home ends again and again/)
    await window.page.click('[data-act=restartPart]')
    await untilMended(desktop)
    assert.ok((await serverOf(dataDir)) !== null)
  },
)

/** The process of the server while it runs. */
async function serverOf(dataDir: string): Promise<number | null> {
  const socket = readLockHolder(dataDirAt(dataDir))?.controlSocket ?? ''
  const status = (await askControlSocket(socket, { kind: 'status' })) as ApplianceStatus
  const server = status.parts.find(({ name }) => name === 'server-0')
  return server?.state === 'Running' ? server.pid : null
}

test(
  'the window quits the program in order, and says so of a folder that another Homebird uses',
  { skip },
  async (t) => {
    const dataDir = await dataDirOfHome(t)
    const first = await openDesktopShell({ dataDir })
    afterInReverse(t, () => first[Symbol.asyncDispose]())
    await untilRuns(first)
    const { desktop, page } = await open(t, dataDir)
    await untilFailed(page, /Another Homebird uses this home/)
    const ended = desktop.ended
    await page.click('[data-act=quit]')
    assert.equal(await ended, 0)
  },
)
