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
import { listHomeCopies } from '../../server/appliance/index.ts'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { type TestBrowser, axeFindings, noBrowser, openBrowser, takeScreenshot } from '../support/browser.ts'
import { type DesktopShell, openDesktopShell } from '../support/desktop-shell.ts'
import { openStartWindowPage } from '../support/start-window.ts'
import { until } from '../support/until.ts'

const skip = noBrowser
/** Checking, copying, replaying and starting, on a machine that does other things too. */
const LONGEST_MENDING_MS = 60_000
let browser: TestBrowser
before(async () => {
  if (skip === false) browser = await openBrowser()
})
after(async () => browser?.close())

/** Of a home that has run once and stopped; removed with the test. */
async function dataDirOfHome(t: TestContext): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hb-home-'))
  afterInReverse(t, () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  const desktop = await openDesktopShell({ dataDir })
  await desktop.window('homebird')
  assert.equal(await desktop.quit(), 0)
  await desktop[Symbol.asyncDispose]()
  return dataDir
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
async function untilMended(desktop: DesktopShell, page: Page): Promise<void> {
  await until(
    'a main window',
    async () => {
      if (
        desktop.electron.windows.some(({ webContents }) => webContents.getURL().startsWith('app://homebird'))
      )
        return true
      const failure = page.locator('#failure pre')
      if ((await failure.count()) > 0) throw new Error(String(await failure.textContent()))
      return false
    },
    LONGEST_MENDING_MS,
  )
  await until('no start-up window', () =>
    desktop.electron.windows.every(({ webContents }) => !webContents.getURL().startsWith('app://start')),
  )
}

test('a database that cannot start is mended by taking the copy back, in the window', { skip }, async (t) => {
  const dataDir = await dataDirOfHome(t)
  writeFileSync(join(dataDir, 'homebird.version'), '0.0.1\n')
  const updated = await openDesktopShell({ dataDir })
  await updated.window('homebird')
  await updated[Symbol.asyncDispose]()
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
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Cancel')
  assert.match((await page.textContent('.replaces')) ?? '', /The database of this home/)
  await page.click('dialog .danger')
  await untilMended(desktop, page)
  assert.deepEqual(problems, [])
  const kinds = listHomeCopies({ env: { HOMEBIRD_DATA_DIR: dataDir }, commandLine: {} }).map(
    (one) => one.manifest?.kind,
  )
  assert.ok(kinds.includes('replaced'), 'what was replaced is kept')
})

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
    await untilMended(desktop, page)
  },
)

test(
  'the window quits the program in order, and says so of a folder that another Homebird uses',
  { skip },
  async (t) => {
    const dataDir = await dataDirOfHome(t)
    const first = await openDesktopShell({ dataDir })
    afterInReverse(t, () => first[Symbol.asyncDispose]())
    await first.window('homebird')
    const { desktop, page } = await open(t, dataDir)
    await untilFailed(page, /Another Homebird uses this home/)
    const ended = desktop.ended
    await page.click('[data-act=quit]')
    assert.equal(await ended, 0)
  },
)
