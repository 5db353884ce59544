/** A home that is lost comes back by the window of an empty one; the page Restore looks into a backup and asks for the password. */
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { axeFindings, noBrowser, openBrowser, sidewaysOverflow, takeScreenshot } from '../support/browser.ts'
import { HomeClient } from '../support/home-client.ts'
import { startProcessHome } from '../support/process-home.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'

const PASSPHRASE = 'words of the owner, and some more'
/** A net, no expectation. */
const LIMIT_MS = 120_000

interface LostHome {
  readonly file: string
  readonly password: string
}

async function loseHome(t: TestContext): Promise<LostHome> {
  const [words, place] = [join(testDataDir(t), 'words'), testDataDir(t)]
  writeFileSync(words, `${PASSPHRASE}\n`)
  const old = await startProcessHome({ domain: null, handle: 'ana' })
  afterInReverse(t, () => old.close())
  const owner = new HomeClient(old)
  await owner.signIn()
  await owner.writes('written before the backup')
  await old.command('backup', 'passphrase', '--passphrase-file', words)
  await old.command('backup', '--to', place, '--whole', '--no-verify')
  await old.stop()
  const name = readdirSync(place).find((one) => one.endsWith('.backup')) ?? ''
  return { file: join(place, name), password: old.password }
}

async function isWhole(page: Page, name: string): Promise<void> {
  for (const [width, colorScheme] of [
    [320, 'light'],
    [1_280, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    assert.deepEqual(await axeFindings(page), [], `${name} ${width} ${colorScheme}`)
    assert.equal(await sidewaysOverflow(page), 0, `${name} ${width}`)
    await takeScreenshot(page, `${name}-${width}-${colorScheme}`)
  }
}

test(
  'an empty home becomes the one of a backup that is brought to its first page',
  { skip: noBrowser },
  async (t) => {
    const lost = await loseHome(t)
    const home = await startProcessHome({ domain: null, handle: null, password: lost.password })
    afterInReverse(t, () => home.close())
    const browser = await openBrowser()
    afterInReverse(t, () => browser.close())
    const { page } = await browser.openPage()
    await page.goto(home.startAddress)
    await page.getByRole('button', { name: 'Restore from a backup…' }).click()
    await page.locator('input[type=file]').setInputFiles(lost.file)
    await page.getByRole('status').getByText('.backup').waitFor()
    const words = page.getByLabel('Passphrase or recovery code', { exact: true })
    await words.fill('not the words at all')
    await words.press('Enter')
    await page.getByText('what was given opens it not').waitFor()
    await words.fill(PASSPHRASE)
    await words.press('Enter')
    await page.getByText('There is no home here yet').waitFor()
    await isWhole(page, 'setup-1-restore-inside')
    const readies = (): number => home.events.filter(({ kind }) => kind === 'ready').length
    const before = readies()
    await page.getByRole('button', { name: 'Restore', exact: true }).click()
    await until('the restored home', async () => readies() > before || null, LIMIT_MS)

    const back = new HomeClient(home)
    await back.signIn()
    assert.deepEqual(
      (await back.homeTimeline()).map(({ content }) => content),
      ['<p>written before the backup</p>'],
    )
    await page.goto(home.startAddress)
    await page.getByText('written before the backup').waitFor()
    await page.goto(new URL('/restore', home.startAddress).href)
    await page.getByLabel('Or a file on the computer of the home').fill(lost.file)
    await page.getByLabel('Your password', { exact: true }).fill('another password')
    await page.getByRole('button', { name: 'Look inside' }).click()
    await page.getByText('the password is wrong').waitFor()
    await page.getByLabel('Your password', { exact: true }).fill(lost.password)
    await page.getByRole('button', { name: 'Look inside' }).click()
    await page.getByText('It takes the place of').waitFor()
    await isWhole(page, 'restore-inside')
  },
)
