/** From the printed address to the first post. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type TestBrowser, noBrowser, openBrowser, takeScreenshot } from '../support/browser.ts'
import { fieldHolds } from '../support/fields.ts'
import { holdsLonger } from '../support/start-writing.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser

before(async () => {
  if (skip === false) browser = await openBrowser()
})
after(async () => browser?.close())

const heading = (page: Page, name: string) => page.getByRole('heading', { name })

async function openFreshHome(t: { after(work: () => Promise<void>): void }): Promise<WindowHome> {
  const home = await openWindowHome({ handle: null })
  t.after(async () => home.close())
  return home
}

test('a person comes from the printed address to a first post', { skip }, async (t) => {
  const { home } = await openFreshHome(t)
  const { page, problems } = await browser.openPage()
  await page.goto(home.startAddress)
  await heading(page, 'Your own place on the fediverse').waitFor()
  assert.equal(new URL(page.url()).hash, '', 'the key stays in the address')
  await takeScreenshot(page, 'first-run-1')
  await page.getByRole('button', { name: 'Set up a new home' }).click()

  await page.getByLabel('Display name').fill('Robin Müller')
  await fieldHolds(page.getByLabel('User name'), 'robin_muller')
  await page.getByLabel('User name').fill('robin')
  await page.getByLabel('Password', { exact: true }).fill('too short')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('At least 10 characters are needed.').waitFor()
  await takeScreenshot(page, 'first-run-2')
  await page.getByLabel('Password', { exact: true }).fill('a good long password')
  await page.getByRole('button', { name: 'Next' }).click()

  await page.getByText('A domain of mine').click()
  await page.getByLabel('Domain', { exact: true }).fill('not a domain')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('This is not a domain.').waitFor()
  await page.getByLabel('Domain', { exact: true }).fill('https://home.example/')
  await page.getByText('@robin@home.example').waitFor()
  await takeScreenshot(page, 'first-run-3')
  await page.getByRole('button', { name: 'Back' }).click()
  await fieldHolds(page.getByLabel('Display name'), 'Robin Müller')
  await fieldHolds(page.getByLabel('Password', { exact: true }), 'a good long password')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Next' }).click()

  await heading(page, 'Keep it safe').waitFor()
  await takeScreenshot(page, 'first-run-4')
  await page.getByRole('button', { name: 'Make my home' }).click()
  await heading(page, 'Your home is made').waitFor()
  for (const check of ['Database', 'Keys', 'Your handle is found']) {
    await page
      .getByRole('listitem')
      .filter({ hasText: new RegExp(`${check} \\d`) })
      .waitFor()
  }
  await page.getByText('Live updates works').waitFor()
  await takeScreenshot(page, 'first-run-5')
  await page.getByRole('button', { name: 'Open my home' }).click()

  await heading(page, 'Nobody has written yet').waitFor()
  await takeScreenshot(page, 'home-empty')
  await holdsLonger(page)
  await page.getByLabel('Text').fill('My first post')
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await page.getByRole('button', { name: 'Send now' }).click()
  await page.getByRole('article').filter({ hasText: 'My first post' }).waitFor()
  await fieldHolds(page.getByLabel('Text'), '')
  assert.deepEqual(problems, [])
})
