/** Finding, writing and answering at home, in a real browser on a real home, with another server beside it. */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { type TestBrowser, type TestPage, noBrowser, openBrowser } from '../support/browser.ts'
import type { FakeActor } from '../support/fake-peer.ts'
import { fieldHolds } from '../support/fields.ts'
import { textBecomes, writeOn } from '../support/start-writing.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser
let home: WindowHome
let ana: FakeActor
/** Signed in once; each test opens a page of its own with it. */
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  await (await home.owner()).call('PATCH', '/api/homebird/v1/preferences', { holdSeconds: 0 })
  ana = home.peer.actor('ana', { document: { name: 'Ana Marić' } })
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = await context.storageState()
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

async function openWindow(t: TestContext, path = '/', more: object = {}): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: session, ...more })
  // A window that stays open would read on, and move the marker for the others.
  t.after(async () => opened.context.close())
  await opened.page.goto(`${home.origin}${path}`)
  await opened.page.getByRole('navigation').waitFor()
  return opened
}

const post = (page: Page, text: string): Locator => page.getByRole('article').filter({ hasText: text })
const text = (page: Page): Locator => page.getByLabel('Text', { exact: true })

test('a wrong password is told in the field, and nothing is lost by it', { skip }, async () => {
  const { page } = await browser.openPage()
  await page.goto(home.origin)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.keyboard.press('Enter')
  await page.getByText('This is not the password.').waitFor()
  await fieldHolds(page.getByLabel('Password', { exact: true }), 'not the password')
})

test('somebody is found by handle, followed, and their posts come in live', { skip }, async (t) => {
  const { page, problems } = await openWindow(t, '/', { serviceWorkers: 'allow' })
  await page.locator('input[type=search]').first().waitFor()
  await page.keyboard.press('/')
  await page.locator('input[type=search]:focus').waitFor()
  await page.keyboard.type('@ana@peer.example')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Ana Marić' }).waitFor()
  await page.getByRole('button', { name: 'Follow @ana@peer.example' }).click()
  await page.getByRole('button', { name: 'Requested' }).waitFor()
  await home.accepts(ana)
  await page.getByRole('button', { name: 'Following' }).waitFor()
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await page.getByRole('heading', { name: 'Nobody has written yet' }).waitFor()
  await home.receives(ana, ana.create(ana.note({ content: '<p>Hello from elsewhere</p>' })))
  await post(page, 'Hello from elsewhere').waitFor()
  assert.deepEqual(problems, [])
})

test(
  'a post under a warning goes out as chosen, opens at a press, and reaches the follower',
  { skip },
  async (t) => {
    const { page } = await openWindow(t)
    await home.receives(ana, ana.follow(await ownUri()))
    await page.getByRole('button', { name: /Who sees it/ }).click()
    await page.getByRole('menuitemradio', { name: /Followers/ }).click()
    await page.getByRole('button', { name: 'Content warning' }).click()
    await page.getByRole('textbox', { name: 'Content warning' }).fill('spiders')
    await text(page).fill('There were eleven of them')
    await page.keyboard.press('Control+Enter')
    await post(page, 'spiders').waitFor()
    assert.equal(await post(page, 'eleven of them').count(), 0)
    await post(page, 'spiders').getByRole('button', { name: 'Show' }).click()
    await post(page, 'eleven of them').waitFor()
    const { activity } = await home.peer.sharedInbox.waitFor(({ type }) => type === 'Create')
    const note = activity['object'] as Record<string, unknown>
    assert.equal(note['summary'], 'spiders')
    assert.ok(!JSON.stringify(note).includes('#Public'))
  },
)

async function ownUri(): Promise<string> {
  const owner = await home.owner()
  return String((await owner.get('/api/v1/accounts/verify_credentials'))['uri'])
}

test('a reply begins with whom it answers and says so to the other server', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await post(page, 'Hello from elsewhere').getByRole('button', { name: 'Reply' }).click()
  await page.getByText('Reply to Ana Marić').waitFor()
  await textBecomes(page, '@ana@peer.example ')
  await writeOn(page, 'hello back')
  await page.keyboard.press('Control+Enter')
  await post(page, 'hello back').waitFor()
  const { activity } = await home.peer.sharedInbox.waitFor((one) =>
    JSON.stringify(one.activity).includes('hello back'),
  )
  assert.match(String((activity['object'] as Record<string, unknown>)['inReplyTo']), /\/users\/ana\/posts\//)
})

test('a favourite and a boost show at once, reach the author, and can be taken back', { skip }, async (t) => {
  const { page } = await openWindow(t)
  const hello = post(page, 'Hello from elsewhere').first()
  await hello.getByRole('button', { name: 'Favourite' }).click()
  await hello.getByRole('button', { name: 'Favourite 1', pressed: true }).waitFor()
  await hello.getByRole('button', { name: 'Boost' }).click()
  await ana.inbox.waitForType('Like')
  await home.peer.sharedInbox.waitForType('Announce')
  await hello.getByRole('button', { name: 'Favourite 1' }).click()
  await ana.inbox.waitForType('Undo')
  await hello.getByRole('button', { name: /^Favourite/, pressed: false }).waitFor()
})

test('what the home refuses is taken back, with the reason and a way to try again', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await page.route('**/favourite', async (route) => route.fulfill({ status: 503, json: { error: 'busy' } }))
  const hello = post(page, 'Hello from elsewhere').first()
  await hello.getByRole('button', { name: /^Favourite/ }).click()
  await hello.getByText('The favourite was taken back.').waitFor()
  await hello.getByRole('button', { name: /^Favourite/, pressed: false }).waitFor()
  await page.unroute('**/favourite')
  await hello.getByRole('button', { name: 'Try again' }).click()
  await until('the favourite stands', async () => {
    const pressed = await hello.getByRole('button', { name: /^Favourite/ }).getAttribute('aria-pressed')
    return pressed === 'true'
  })
})

test('a draft survives a closed window', { skip }, async (t) => {
  const first = await openWindow(t)
  await text(first.page).fill('Half a thought')
  await first.page.getByText('Draft saved').waitFor()
  const stored = await first.context.storageState()
  await first.context.close()
  const second = await openWindow(t, '/', { storageState: stored })
  await textBecomes(second.page, 'Half a thought')
})

test('signing out leads to the password, also in the tab beside it', { skip }, async () => {
  const { page, context } = await browser.openPage()
  await home.enters(page)
  const beside = await browser.openPage({ context })
  await beside.page.goto(home.origin)
  await beside.page.getByRole('heading', { name: 'Home' }).waitFor()
  await page.getByRole('link', { name: 'You', exact: true }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
  await beside.page.getByRole('heading', { name: 'Welcome back' }).waitFor()
})
