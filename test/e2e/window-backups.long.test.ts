/**
 * Backups as a person has them made at the window: a place is added, one is made there and proven, a recovery code is kept on
 * the sheet, and with that code alone the backup opens on another machine.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { BackupsOverview } from '../../server/contracts/backups.ts'
import { axeFindings, noBrowser, sidewaysOverflow } from '../support/browser.ts'
import { holdNext } from '../support/held-request.ts'
import { launchCommand } from '../support/serve-process.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'
import { windowGround } from '../support/window-ground.ts'

const skip = noBrowser
const ground = windowGround()

const dialog = (page: Page) => page.getByRole('alertdialog')

async function overview(): Promise<BackupsOverview> {
  const owner = await ground.home.owner()
  const { backups } = (await owner.call('GET', '/api/homebird/v1/backups')) as unknown as {
    readonly backups: BackupsOverview
  }
  return backups
}

/** @returns how the newest jobs ended, newest first */
async function ends(count: number): Promise<string[]> {
  return until('the jobs have ended', async () => {
    const { running, ended } = await overview()
    if (running !== null || ended.length < count) return undefined
    return ended.slice(0, count).map(({ task, result }) => `${task} ${result}`)
  })
}

/** What is typed while the home still answers about something else is neither overwritten nor judged by that answer. */
async function answersOfAnother(page: Page): Promise<void> {
  const there = dialog(page).getByLabel('Folder', { exact: true })
  const tried = await holdNext(page, '**/places/try')
  await dialog(page).getByRole('button', { name: 'Try and add' }).click()
  await tried.asked
  await there.fill('/proc/elsewhere')
  const answered = page.waitForResponse('**/places/try')
  tried.letGo()
  await answered
  await dialog(page).getByRole('button', { name: 'Try and add', disabled: false }).waitFor()
  assert.equal(await dialog(page).getByText('The place cannot be used:').count(), 0)

  await dialog(page)
    .getByRole('button', { name: /What kind of place/ })
    .click()
  await page.getByRole('option', { name: 'A server over SFTP' }).click()
  await page.getByRole('listbox').waitFor({ state: 'detached' })
  const made = await holdNext(page, '**/backups/keys')
  await dialog(page).getByRole('button', { name: 'Use a key instead of a password' }).click()
  await made.asked
  await dialog(page).getByLabel('Server', { exact: true }).fill('box.example')
  made.letGo()
  await dialog(page).getByText('Put this line into the file').waitFor()
  assert.equal(await dialog(page).getByLabel('Server', { exact: true }).inputValue(), 'box.example')
  await dialog(page)
    .getByRole('button', { name: /What kind of place/ })
    .click()
  await page.getByRole('option', { name: /^A folder/ }).click()
  await page.getByRole('listbox').waitFor({ state: 'detached' })
}

test(
  'a place is tried before it is added, gets a backup, and the code of the sheet opens it elsewhere',
  { skip },
  async (t) => {
    const { page, problems } = await ground.openWindow(t, '/backups')
    const { password } = ground.home.home
    const folder = join(testDataDir(t), 'disk')
    const button = (name: string | RegExp) => page.getByRole('button', { name })

    await button('Add another place…').click()
    await dialog(page).getByLabel('Folder', { exact: true }).fill('/proc/nowhere')
    await dialog(page).getByLabel('Your password', { exact: true }).fill(password)
    await button('Try and add').click()
    await dialog(page).getByText('The place cannot be used:').waitFor()
    await answersOfAnother(page)
    await dialog(page).getByLabel('Folder', { exact: true }).fill(folder)
    await button('Try and add').click()
    await dialog(page).waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: folder, level: 3 }).first().waitFor()

    await button('Make recovery code…').click()
    await dialog(page).getByLabel('Your password', { exact: true }).fill(password)
    await dialog(page).getByRole('button', { name: 'Make recovery code' }).click()
    const saving = page.waitForEvent('download')
    await dialog(page).getByRole('button', { name: 'Save…' }).click()
    const sheet = readFileSync(await (await saving).path(), 'utf8')
    assert.deepEqual(await axeFindings(page), [])
    await button('I have it on paper').click()
    await page.getByText('Made. It opens every backup made since.').waitFor()

    await button(`Back up here: \u2068${folder}\u2069`).click()
    assert.deepEqual(await ends(2), ['verify done', 'backup done'])
    await button(/^Check the backup of/)
      .first()
      .waitFor()
    await button(/^Check the backup of/)
      .first()
      .click()
    assert.deepEqual(await ends(3), ['verify done', 'verify done', 'backup done'])
    assert.deepEqual(problems, [])

    const words = join(testDataDir(t), 'words')
    writeFileSync(words, `${/(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}/.exec(sheet)?.[0] ?? ''}\n`)
    const backup = readdirSync(folder).find((name) => name.endsWith('.backup')) ?? ''
    const elsewhere = testDataDir(t, 'elsewhere')
    const command = ['restore', join(folder, backup), '--data-dir', elsewhere, '--passphrase-file', words]
    const shown = await launchCommand(t, command).finished
    assert.match(shown.stdout, /posts: 0/, shown.stderr)
    assert.match(shown.stderr, /--yes/)
  },
)

test('a place that is added by its bad address, a wrong password, or twice says so', { skip }, async (t) => {
  const owner = await ground.home.owner()
  const { password } = ground.home.home
  const add = async (address: string, words = password) =>
    owner.raw('/api/homebird/v1/backups/places', { method: 'POST', body: { address, password: words } })
  assert.equal((await add('a/piece/of/a/path')).status, 422)
  const folder = join(testDataDir(t), 'again')
  mkdirSync(folder)
  assert.equal((await add(folder, 'another password')).status, 422)
  const before = (await overview()).places.length
  for (const status of [(await add(folder)).status, (await add(folder)).status]) assert.equal(status, 200)
  assert.equal((await overview()).places.length, before + 1)
})

test('the page is whole at 320 px, with its dialogs', { skip }, async (t) => {
  const { page } = await ground.openWindow(t, '/backups', { viewport: { width: 320, height: 720 } })
  for (const name of [/^Add another place…/, /^Make .* code…/, /^Set passphrase…/]) {
    await page.getByRole('button', { name }).click()
    await dialog(page).waitFor()
    assert.deepEqual(await axeFindings(page), [], name.source)
    assert.equal(await sidewaysOverflow(page), 0, name.source)
    await dialog(page).getByRole('button', { name: 'Cancel' }).click()
    await dialog(page).waitFor({ state: 'detached' })
  }
})
