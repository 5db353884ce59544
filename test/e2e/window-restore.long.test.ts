/** A home that is lost comes back by the window of an empty one; the page Restore looks into a backup and asks for the password. */
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { axeFindings, noBrowser, openBrowser, sidewaysOverflow, takeScreenshot } from '../support/browser.ts'
import { holdNext } from '../support/held-request.ts'
import { HomeClient } from '../support/home-client.ts'
import { type PlainSftp, openPlainSftp } from '../support/plain-sftp.ts'
import { startProcessHome } from '../support/process-home.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'

const PASSPHRASE = 'words of the owner, and some more'
/** A net, no expectation. */
const LIMIT_MS = 120_000

interface LostHome {
  readonly file: string
  readonly password: string
  readonly sftp: PlainSftp
}

/** One whole backup lies in a folder, another one on a server. */
async function loseHome(t: TestContext): Promise<LostHome> {
  const sftp = await openPlainSftp(t)
  const [words, place] = [join(testDataDir(t), 'words'), testDataDir(t)]
  writeFileSync(words, `${PASSPHRASE}\n`)
  const old = await startProcessHome({ domain: null, handle: 'ana' })
  afterInReverse(t, () => old.close())
  const owner = new HomeClient(old)
  await owner.signIn()
  await owner.writes('written before the backup')
  await old.command('backup', 'passphrase', '--passphrase-file', words)
  await old.command('backup', '--to', place, '--whole', '--no-verify')
  const far = `sftp://ana:sesame@127.0.0.1:${sftp.port}/~/backups?host_key=${encodeURIComponent(sftp.hostKey)}`
  await old.command('backup', '--to', far, '--no-verify')
  await old.stop()
  const name = readdirSync(place).find((one) => one.endsWith('.backup')) ?? ''
  return { file: join(place, name), password: old.password, sftp }
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
    await takeScreenshot(page, `${name}-${width}-${colorScheme}`, true)
  }
}

/** Its key is compared, then what lies there is chosen. */
async function looksFar(page: Page, { port, hostKey }: PlainSftp): Promise<void> {
  await page.locator('summary', { hasText: 'From another place' }).click()
  await page.getByRole('button', { name: /What kind of place/ }).click()
  await page.getByRole('option', { name: 'A server over SFTP' }).click()
  await page.getByRole('listbox').waitFor({ state: 'detached' })
  await page.getByLabel('Server', { exact: true }).fill(`127.0.0.1:${port}`)
  await page.getByLabel('Folder', { exact: true }).fill('backups')
  await page.getByLabel('User name or access key').fill('ana')
  const secret = page.getByLabel('Password or secret key there', { exact: true })
  await secret.fill('not sesame')
  await secret.press('Enter')
  await page.getByText(hostKey).waitFor()
  await page.getByRole('button', { name: 'It is the same: go on' }).click()
  await page.getByText('The place cannot be used:').waitFor()
  await secret.fill('sesame')
  await page.getByRole('button', { name: 'Look there' }).click()
  const found = page.getByRole('radiogroup', { name: 'Backups that lie there' }).getByRole('radio')
  await found.first().waitFor()
  await isWhole(page, 'setup-1-restore-far')
  await found.first().press('Space')
  // What was seen inside is of another choice now.
  await page.getByText('There is no home here yet').waitFor({ state: 'detached' })
}

test(
  'an empty home becomes the one of a backup: a file is looked into, then one on a server is restored',
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
    const restore = page.getByRole('button', { name: 'Restore', exact: true })
    // What is seen is of the words with which it was looked for, whatever is typed meanwhile.
    const look = await holdNext(page, '**/restore/look')
    await words.press('Enter')
    await look.asked
    await page.getByText('One moment…').waitFor()
    await words.fill('words of somebody else')
    look.letGo()
    await page.getByText('One moment…').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Look inside' }).waitFor()
    assert.equal(await restore.count(), 0)
    await words.fill(PASSPHRASE)
    await page.getByText('There is no home here yet').waitFor()
    await isWhole(page, 'setup-1-restore-inside')
    await looksFar(page, lost.sftp)
    await words.press('Enter')
    await page.getByText('There is no home here yet').waitFor()
    await restore.click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('It was cancelled, and nothing has changed.').waitFor({ timeout: LIMIT_MS })
    await page.locator(':focus', { hasText: 'It was cancelled' }).waitFor()
    await page.getByRole('radiogroup', { name: 'Backups that lie there' }).waitFor()
    assert.equal(await page.getByLabel('User name or access key').inputValue(), 'ana')
    const readies = (): number => home.events.filter(({ kind }) => kind === 'ready').length
    const before = readies()
    await restore.click()
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
