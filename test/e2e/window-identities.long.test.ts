/** One owner, several identities, in a real browser: who the window is, and how it becomes another, by every way there is. */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import {
  type TestBrowser,
  type TestPage,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import { escapeFrom, fieldHolds, hasFocus, strikeOn } from '../support/fields.ts'
import type { HomeClient } from '../support/home-client.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser
let home: WindowHome
let owner: HomeClient
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  owner = await home.owner()
  await owner.call('PATCH', '/api/homebird/v1/preferences', { holdSeconds: 0 })
  const { page, context } = await browser.openPage()
  await home.enters(page, '/identities')
  await page.getByLabel('User name').fill('gardener')
  await page.getByLabel('Display name').fill('The Gardener')
  await page.getByRole('button', { name: 'Add identity' }).click()
  await page.getByRole('heading', { name: 'The Gardener' }).waitFor()
  session = await context.storageState()
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

async function openWindow(t: TestContext, path = '/home', more: object = {}): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: { cookies: session.cookies, origins: [] }, ...more })
  t.after(async () => opened.context.close())
  await opened.page.goto(`${home.origin}${path}`)
  await opened.page.getByRole('navigation').first().waitFor()
  return opened
}

const text = (page: Page): Locator => page.getByLabel('Text', { exact: true })
const iAm = (page: Page, username: string): Locator =>
  page
    .getByRole('navigation')
    .getByRole('button', { name: new RegExp(`@${username}@home\\.example.*Switch identity$`) })

async function postsOf(handle: string): Promise<string[]> {
  const account = await owner.call('GET', `/api/v1/accounts/lookup?acct=${handle}`)
  const posts = await owner.list(`/api/v1/accounts/${String(account['id'])}/statuses`)
  return posts.map(({ content }) => String(content).replace(/<[^>]+>/g, ''))
}

test(
  'the window becomes another identity by keys alone, writes as it, and keeps the words of both',
  { skip },
  async (t) => {
    const { page, problems } = await openWindow(t)
    await iAm(page, 'robin').waitFor()
    await text(page).fill('Begun by robin')
    await page.getByText(/^saved/).waitFor()

    await strikeOn(iAm(page, 'robin'))
    const items = page.getByRole('menuitemradio')
    await items.first().waitFor()
    assert.deepEqual(await axeFindings(page), [])
    await takeScreenshot(page, 'identity-menu')
    await strikeOn(items.filter({ hasText: 'The Gardener' }))

    await iAm(page, 'gardener').waitFor()
    await fieldHolds(text(page), '')
    await page.getByRole('complementary').getByText('@gardener@home.example').waitFor()
    await text(page).fill('Beans are up')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('article').filter({ hasText: 'Beans are up' }).waitFor()
    assert.deepEqual(await postsOf('gardener'), ['Beans are up'])
    assert.deepEqual(await postsOf('robin'), [])

    await page.reload()
    await iAm(page, 'gardener').waitFor()
    await iAm(page, 'gardener').click()
    await page.getByRole('menuitemradio', { name: /robin/ }).click()
    await iAm(page, 'robin').waitFor()
    await until('the draft is there', async () => (await text(page).inputValue()) === 'Begun by robin')
    assert.deepEqual(problems, [])
  },
)

/** Runs in the page: something that moves for as long as it stands there. */
const MOVES = `new Promise((moves) => {
  const one = document.body.appendChild(document.createElement('i'))
  one.style.cssText = 'position: fixed; opacity: 0; transition: opacity 3600s'
  one.addEventListener('transitionrun', () => moves(true), { once: true })
  requestAnimationFrame(() => requestAnimationFrame(() => (one.style.opacity = '1')))
})`

test('a menu that keys open has the focus at once, whatever moves on the page', { skip }, async (t) => {
  const { page, problems } = await openWindow(t)
  await iAm(page, 'robin').waitFor()
  await page.evaluate(MOVES)
  const menu = page.getByRole('menu')
  for (const key of ['Enter', 'Space', 'ArrowDown', 'ArrowUp']) {
    await strikeOn(iAm(page, 'robin'), key)
    await hasFocus(menu)
    if (key === 'Enter') {
      // Who one is has the focus first; the arrows go on from there, and back.
      const items = menu.getByRole('menuitemradio')
      await items.nth(0).and(page.locator(':focus')).waitFor()
      await page.keyboard.press('ArrowDown')
      await items.nth(1).and(page.locator(':focus')).waitFor()
      await page.keyboard.press('ArrowUp')
      await items.nth(0).and(page.locator(':focus')).waitFor()
    }
    await escapeFrom(menu)
    await iAm(page, 'robin').and(page.locator(':focus')).waitFor()
  }
  assert.deepEqual(problems, [])
})

test('on a narrow screen it is chosen under You, and between both by its picture', { skip }, async (t) => {
  const { page } = await openWindow(t, '/you', { viewport: { width: 320, height: 720 } })
  const choice = (name: RegExp): Locator => page.getByRole('main').getByRole('button', { name })
  await page
    .getByRole('main')
    .getByRole('button', { name: /^robin/, pressed: true })
    .waitFor()
  assert.deepEqual(await axeFindings(page), [])
  assert.equal(await sidewaysOverflow(page), 0)
  await takeScreenshot(page, 'identity-you')
  await choice(/^The Gardener/).click()
  await page.getByRole('navigation').getByRole('link', { name: 'Write' }).click()
  await page.getByRole('main').getByText('@gardener@home.example').waitFor()
  await page.setViewportSize({ width: 900, height: 800 })
  await iAm(page, 'gardener').click()
  await takeScreenshot(page, 'identity-rail')
  await page.getByRole('menuitemradio', { name: /robin/ }).click()
  await iAm(page, 'robin').waitFor()
})

test('a browser that chose an identity which is gone is the oldest again', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await iAm(page, 'robin').waitFor()
  await page.evaluate(`localStorage.setItem('homebird.identity', '"12345"')`)
  await page.reload()
  await iAm(page, 'robin').waitFor()
  await until('it is forgotten', async () =>
    page.evaluate<boolean>(`localStorage.getItem('homebird.identity') === null`),
  )
})

test(
  'an identity is deleted by keys alone: what is lost is said, the name typed, the password given',
  { skip },
  async (t) => {
    const { page, problems } = await openWindow(t, '/home')
    await iAm(page, 'robin').click()
    await page.getByRole('menuitemradio', { name: /Gardener/ }).click()
    await iAm(page, 'gardener').waitFor()
    await text(page).fill('Half a thought of the gardener')
    await page.getByText(/^saved/).waitFor()
    await page.goto(`${home.origin}/identities`)
    const opener = page.getByRole('button', { name: /^Delete .*@gardener@home\.example/ })
    await strikeOn(opener)
    const dialog = page.getByRole('alertdialog', { name: /Delete .*@gardener@home\.example/ })
    const { statuses_count: posts } = await owner.call('GET', '/api/v1/accounts/lookup?acct=gardener')
    const lost = new RegExp(`^You will lose ${Number(posts)} posts?, 0 followers and 0 people you follow`)
    await dialog.getByText(lost).waitFor()
    await takeScreenshot(page, 'identity-delete')
    assert.deepEqual(await axeFindings(page), [])
    const cancel = dialog.getByRole('button', { name: 'Cancel' }).and(page.locator(':focus'))
    await cancel.waitFor()
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await opener.and(page.locator(':focus')).waitFor()

    await page.keyboard.press('Enter')
    await cancel.waitFor()
    await strikeOn(dialog.getByRole('button', { name: 'Delete identity' }))
    await dialog.getByText(/^This is not “.*gardener/).waitFor()
    await dialog.getByLabel(/^Type/).focus()
    await page.keyboard.type('@gardener')
    await page.keyboard.press('Tab')
    await page.keyboard.type('not the password')
    await page.keyboard.press('Enter')
    await dialog.getByText('This is not the password.').waitFor()
    await fieldHolds(dialog.getByLabel(/^Type/), '@gardener')
    await page.setViewportSize({ width: 320, height: 720 })
    assert.equal(await sidewaysOverflow(page), 0)
    assert.deepEqual(await axeFindings(page), [])
    await takeScreenshot(page, 'identity-delete-narrow')
    await page.setViewportSize({ width: 1280, height: 800 })
    await dialog.getByLabel('Your password').fill(home.home.password)
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { name: 'The Gardener' }).waitFor({ state: 'detached' })
    await page.getByText('In this window').waitFor()
    // The last one stays.
    await page.getByRole('button', { name: /^Delete/ }).waitFor({ state: 'detached' })
    await until('its words are gone', async () => {
      const kept = await page.evaluate<string>('JSON.stringify(localStorage)')
      return !kept.includes('Half a thought')
    })
    const { identities } = await owner.call('GET', '/api/homebird/v1/identities')
    const left = JSON.stringify(identities)
    assert.ok(left.includes('@robin@home.example') && !left.includes('gardener'), left)
    assert.deepEqual(
      problems.filter((problem) => !/422/.test(problem)),
      [],
    )
  },
)
