/** What is taken along by the window: the archive is made, watched and saved by the browser; the pages open from a disk. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { axeFindings, noBrowser, sidewaysOverflow, takeScreenshot } from '../support/browser.ts'
import { readZip } from '../support/read-zip.ts'
import { windowGround } from '../support/window-ground.ts'

const skip = noBrowser
const ground = windowGround(async ({ home }) => {
  const owner = await home.owner()
  for (const status of [
    'The first of my words.',
    'And the second, which is longer than the first one was.',
  ]) {
    await owner.call('POST', '/api/v1/statuses', { status })
  }
})

/** Makes one of a kind and saves it. */
async function saved(page: Page, make: string, save: RegExp): Promise<Map<string, Buffer>> {
  await page.getByRole('button', { name: make }).click()
  const button = page.getByRole('button', { name: save })
  await button.waitFor()
  const coming = page.waitForEvent('download')
  await button.click()
  const download = await coming
  assert.match(download.suggestedFilename(), /^robin-home\.example-(?:archive|html)-[\d-]+\.zip$/)
  return readZip(await readFile(await download.path()))
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

test('an archive is made and saved, and taken away again', { skip }, async (t) => {
  const { page, problems } = await ground.openWindow(t, '/exports')
  await page.getByText('Nothing was made yet.').waitFor()
  const files = await saved(page, 'Make archive', /^Save .+: Archive$/)
  const outbox = JSON.parse(String(files.get('outbox.json'))) as { totalItems: number }
  assert.equal(outbox.totalItems, 2)
  await isWhole(page, 'exports')
  await page.getByRole('button', { name: 'Delete Archive' }).click()
  await page.getByText('Nothing was made yet.').waitFor()
  assert.deepEqual(problems, [])
})

test('the pages open from a disk, in light and dark, without a server', { skip }, async (t) => {
  const { page } = await ground.openWindow(t, '/exports')
  const files = await saved(page, 'Make pages', /^Save .+: Pages to look at$/)
  const folder = await unpacked(t, files)
  const opened = await ground.openPage(t)
  await opened.page.goto(String(pathToFileURL(join(folder, 'index.html'))))
  await opened.page.getByRole('main').getByRole('link').first().click()
  await opened.page.getByText('The first of my words.').waitFor()
  // Before anything of ours reads them: a page from a disk may not even read its own style sheet by script.
  assert.deepEqual(opened.problems, [])
  await isWhole(opened.page, 'html-copy-month')
  await opened.page.getByRole('link', { name: 'All months' }).first().click()
  await opened.page.getByRole('heading', { name: 'Posts' }).waitFor()
  await isWhole(opened.page, 'html-copy-index')
})

async function unpacked(t: TestContext, files: ReadonlyMap<string, Buffer>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-pages-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  return folder
}

test(
  'leaving for good asks for handle and password, can be called off, and ends in a home where nobody lives',
  { skip },
  async (t) => {
    const { page } = await ground.openWindow(t, '/farewell')
    const handle = page.getByLabel(/^Type .?@robin@home\.example.? to show that you mean it$/)
    await handle.fill('robin')
    await page.getByRole('button', { name: 'Leave for good' }).click()
    await page.getByText(/^This is not .?@robin@home\.example/).waitFor()
    await page.getByText('Your password is needed.').waitFor()
    await isWhole(page, 'farewell')
    await handle.fill('@robin@home.example')
    await page.getByLabel('Your password').fill('not the password')
    await page.getByRole('button', { name: 'Leave for good' }).click()
    await page.getByText('The password or the code is wrong.').waitFor()
    await page.getByLabel('Your password').fill(ground.home.home.password)
    await page.getByRole('button', { name: 'Leave for good' }).click()
    await page.getByRole('heading', { name: 'You are about to leave' }).waitFor()
    await page.getByRole('button', { name: 'Stay' }).click()
    await handle.waitFor()
    // The owner at the machine itself waits no day.
    const words = ['farewell', '@robin@home.example', '--in', '0', '--json']
    const { code, stdout } = await ground.home.home.command(...words)
    assert.equal(code, 0, stdout)
    assert.equal((JSON.parse(stdout) as { progress: { phase: string } }).progress.phase, 'waiting')
    await page.reload()
    // It waits for the archive first, and looks for it now and then.
    await page.getByRole('heading', { name: 'You have left' }).waitFor({ timeout: 120_000 })
    await page.getByText('Nobody lives here any more.').waitFor({ timeout: 120_000 })
    const archive = page.getByRole('button', { name: /^Save .+: Archive @robin@home\.example$/ })
    await archive.first().waitFor()
    await isWhole(page, 'left')
  },
)
