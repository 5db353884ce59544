/** A first run by keys alone, one that was left half way, and its pages in three languages. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  type TestBrowser,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
  textDirection,
} from '../support/browser.ts'
import { fieldHolds } from '../support/fields.ts'
import { startWriting } from '../support/start-writing.ts'
import { openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser

before(async () => {
  if (skip === false) browser = await openBrowser()
})
after(async () => browser?.close())

const heading = (page: Page, name: string) => page.getByRole('heading', { name })

test('what is not finished yet', { skip }, async (t) => {
  const opened = await openWindowHome({ handle: null })
  t.after(async () => opened.close())
  const { home } = opened
  const first = await browser.openPage()
  const { page } = first
  await page.goto(home.startAddress)
  await page.getByRole('button', { name: 'Set up a new home' }).click()
  const session = await first.context.storageState()

  await t.test('survives a reload, and asks for the password again', async () => {
    await page.getByLabel('Display name').fill('Robin')
    await page.getByLabel('Password', { exact: true }).fill('a good long password')
    await page.getByRole('button', { name: 'Next' }).click()
    await heading(page, 'Your address').waitFor()
    await page.reload()
    await heading(page, 'Who are you').waitFor()
    await fieldHolds(page.getByLabel('Display name'), 'Robin')
    await fieldHolds(page.getByLabel('Password', { exact: true }), '')
  })

  await t.test('is not opened by a key that was used', async () => {
    const second = await browser.openPage()
    await second.page.goto(home.startAddress)
    await second.page.getByText('This key was used already').waitFor()
    assert.deepEqual(await axeFindings(second.page), [])
    await takeScreenshot(second.page, 'key')
  })

  for (const [locale, direction, title] of LANGUAGES) {
    await t.test(`speaks ${locale}, mirrored where it must be, and axe finds nothing`, async () => {
      const view = { locale, viewport: { width: 320, height: 720 }, storageState: session }
      const { page: own, problems } = await browser.openPage(view)
      await own.goto(`http://127.0.0.1:${home.privatePort}/`)
      await heading(own, title).waitFor()
      assert.equal(await textDirection(own), direction)
      for (const colorScheme of ['light', 'dark'] as const) {
        await own.emulateMedia({ colorScheme })
        assert.deepEqual(await axeFindings(own), [], colorScheme)
        await takeScreenshot(own, `first-run-${locale}-${colorScheme}`, true)
      }
      assert.equal(await sidewaysOverflow(own), 0, 'pixels that stand out sideways')
      assert.deepEqual(problems, [])
    })
  }
})

const LANGUAGES = [
  ['en-GB', 'ltr', 'Who are you?'],
  ['de-AT', 'ltr', 'Wer bist du?'],
  ['ar-EG', 'rtl', 'من أنت؟'],
] as const

test('the keyboard alone is enough, for a home that is only on this computer', { skip }, async (t) => {
  const fresh = await openWindowHome({ handle: null })
  t.after(async () => fresh.close())
  const { page, context, problems } = await browser.openPage()
  t.after(async () => context.close())
  await page.goto(fresh.home.startAddress)
  await heading(page, 'Your own place').waitFor()
  await page.keyboard.press('Enter')
  await heading(page, 'Who are you').waitFor()
  await page.keyboard.type('Robin')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.type('a good long password')
  await page.keyboard.press('Enter')
  await heading(page, 'Your address').waitFor()
  await page.getByText('For now you are').waitFor()
  await page.keyboard.press('Enter')
  await heading(page, 'Keep it safe').waitFor()
  await page.keyboard.press('Enter')
  await heading(page, 'Your home is made').waitFor()
  await page.keyboard.press('Enter')
  await heading(page, 'Nobody has written yet').waitFor()
  await startWriting(page)
  await page.keyboard.type('Written without a mouse')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('article').filter({ hasText: 'Written without a mouse' }).waitFor()
  await page.getByText('Only at home').waitFor()
  assert.deepEqual(problems, [])
})
