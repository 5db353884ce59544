/** Everything that is a list, in a real browser on a real home: notifications, private mentions, lists, hashtags, filters, what is kept. */
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
import type { FakeActor } from '../support/fake-peer.ts'
import { changing } from '../support/fields.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser
let home: WindowHome
let ana: FakeActor
let kai: FakeActor
let lee: FakeActor
let ownUri = ''
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  ana = home.peer.actor('ana', { document: { name: 'Ana Marić' } })
  kai = home.peer.actor('kai', { document: { name: 'Kai' } })
  lee = home.peer.actor('lee', { document: { name: 'Lee' } })
  await home.follows(ana)
  ownUri = String((await (await home.owner()).get('/api/v1/accounts/verify_credentials'))['uri'])
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = await context.storageState()
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

async function openWindow(t: TestContext, path: string, more: object = {}): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: session, reducedMotion: 'reduce', ...more })
  t.after(async () => opened.context.close())
  await opened.page.goto(`${home.origin}${path}`)
  await opened.page.getByRole('navigation').waitFor()
  return opened
}

/** Axe finds nothing, nothing is too wide, and a picture is kept to be looked at. */
async function isWhole(page: Page, name: string): Promise<void> {
  for (const width of [320, 1_280]) {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      assert.deepEqual(await axeFindings(page), [], `${name} ${width} ${colorScheme}`)
      await takeScreenshot(page, `${name}-${width}-${colorScheme}`)
    }
    assert.equal(await sidewaysOverflow(page), 0, `${name} at ${width} is too wide`)
  }
}

const row = (page: Page, words: string | RegExp): Locator =>
  page.locator('[role="feed"] > article').filter({ hasText: words })
const bell = (page: Page): Locator =>
  page.getByRole('navigation').getByRole('link', { name: /^Notifications/ })
const named = (content: string, to: readonly string[]): Record<string, unknown> => ({
  content,
  to,
  cc: [],
  tag: [{ type: 'Mention', href: ownUri, name: '@robin@home.example' }],
})

async function writesPost(text: string): Promise<string> {
  const owner = await home.owner()
  const post = await owner.writes(text)
  return String(post['uri'])
}

test(
  'notifications arrive live, join their group, and their number stands in the navigation',
  { skip },
  async (t) => {
    const uri = await writesPost('A post that people like')
    const { page, problems } = await openWindow(t, '/home')
    await home.receives(kai, kai.like(uri))
    await until('the number is in the navigation', async () =>
      /1 new/.test((await bell(page).textContent()) ?? ''),
    )
    await bell(page).click()
    await row(page, 'Kai favourited your post').waitFor()
    await home.receives(lee, lee.like(uri))
    await row(page, 'Lee and Kai favourited your post').waitFor()
    await home.receives(ana, ana.like(uri))
    await row(page, 'Ana Marić, Lee and 1 more favourited your post').waitFor()
    assert.equal(await row(page, 'favourited').count(), 1)
    await row(page, 'A post that people like').waitFor()
    await home.receives(ana, ana.create(ana.note(named('<p>Hello Robin</p>', [ownUri]))))
    await row(page, 'Ana Marić mentioned you privately').waitFor()
    await isWhole(page, 'notifications')
    assert.deepEqual(problems, [])
  },
)

test('quick filters show one kind, by mouse and by keyboard', { skip }, async (t) => {
  const { page } = await openWindow(t, '/notifications')
  await row(page, 'favourited').waitFor()
  await page.getByRole('tab', { name: 'Mentions' }).click()
  await row(page, 'favourited').waitFor({ state: 'detached' })
  await row(page, 'Hello Robin').waitFor()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await row(page, 'Hello Robin').waitFor({ state: 'detached' })
  await row(page, 'favourited').waitFor()
  await page.getByRole('tab', { name: 'Boosts' }).click()
  await page.getByRole('heading', { name: 'Nothing of this kind' }).waitFor()
})

test('what another device has read is new here no more', { skip }, async (t) => {
  const owner = await home.owner()
  const uri = await writesPost('Another one')
  const { page } = await openWindow(t, '/home')
  await home.receives(kai, kai.announce(uri))
  await until('the number is there', async () => / new/.test((await bell(page).textContent()) ?? ''))
  const newest = await until('the boost is told', async () => {
    const [one] = await owner.list('/api/v1/notifications?limit=1')
    return one !== undefined && String(one['type']) === 'reblog' ? one : null
  })
  await owner.call('POST', '/api/v1/markers', { notifications: { last_read_id: String(newest['id']) } })
  await until('the number goes', async () => {
    await page.evaluate("window.dispatchEvent(new Event('focus'))")
    return !/ new/.test((await bell(page).textContent()) ?? '')
  })
})

test('a notification is dismissed and brought back by Undo, and marked as read', { skip }, async (t) => {
  const { page } = await openWindow(t, '/notifications')
  const boost = row(page, 'boosted your post')
  await boost.getByRole('button', { name: 'Dismiss' }).click()
  await until('it is gone', async () => (await boost.count()) === 0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await boost.waitFor()
  await page.getByRole('button', { name: 'More about notifications' }).click()
  await page.getByRole('menuitem', { name: 'Mark all as read' }).click()
  await until('nothing is new', async () => !/ new/.test((await bell(page).textContent()) ?? ''))
})

test('a follow request is accepted from its notification', { skip }, async (t) => {
  const owner = await home.owner()
  await owner.call('PATCH', '/api/v1/accounts/update_credentials', { locked: true })
  const { page } = await openWindow(t, '/notifications')
  await home.receives(lee, lee.follow(ownUri))
  await page.getByRole('button', { name: 'Accept @lee@peer.example' }).click()
  await page.getByText('Accepted. They follow you now.').waitFor()
  await lee.inbox.waitForType('Accept')
  await owner.call('PATCH', '/api/v1/accounts/update_credentials', { locked: false })
})

test('whoever a rule keeps back waits, and is let in', { skip }, async (t) => {
  const { page } = await openWindow(t, '/notifications/requests')
  await page.getByRole('heading', { name: 'Nobody waits' }).waitFor()
  await page.getByRole('button', { name: /People you do not follow/ }).click()
  await changing(page, async () => page.getByRole('option', { name: 'Filter' }).click())
  await home.receives(kai, kai.create(kai.note(named('<p>May I ask something?</p>', [ownUri]))))
  const owner = await home.owner()
  await until('somebody waits', async () => (await owner.list('/api/v1/notifications/requests')).length === 1)
  await page.goto(`${home.origin}/notifications`)
  await page.getByRole('link', { name: '1 person waits under filtered' }).click()
  await page.getByText('May I ask something?').waitFor()
  await isWhole(page, 'notification-requests')
  await page.getByRole('checkbox', { name: 'Choose all' }).check({ force: true })
  await page.getByRole('button', { name: 'Accept 1 chosen' }).click()
  await page.getByRole('heading', { name: 'Nobody waits' }).waitFor()
  await bell(page).click()
  await row(page, 'May I ask something?').waitFor()
})

test(
  'a private mention is unread until it is opened, and can be taken out of the list',
  { skip },
  async (t) => {
    const { page } = await openWindow(t, '/mentions')
    await page.getByText('Not encrypted:').waitFor()
    const conversation = page.getByRole('listitem').filter({ hasText: 'Hello Robin' })
    await conversation.getByText('Unread').waitFor({ state: 'attached' })
    await isWhole(page, 'mentions')
    await home.receives(ana, ana.create(ana.note(named('<p>Are you there?</p>', [ownUri]))))
    await page.getByText('Are you there?').waitFor()
    await conversation.getByRole('button', { name: /More about the conversation/ }).click()
    await page.getByRole('menuitem', { name: 'Mark as read' }).click()
    await until('it is read', async () => (await conversation.getByText('Unread').count()) === 0)
    await conversation.getByRole('button', { name: /More about the conversation/ }).click()
    await page.getByRole('menuitem', { name: 'Remove from this list' }).click()
    await until('it is gone', async () => (await conversation.count()) === 0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await conversation.waitFor()
  },
)

test('a list is made, filled, changed and deleted', { skip }, async (t) => {
  const { page, problems } = await openWindow(t, '/lists')
  await page.getByRole('button', { name: 'New list' }).click()
  await page.getByRole('button', { name: 'Make list' }).click()
  await page.getByText('A list needs a name.').waitFor()
  await page.getByLabel('Name').fill('Botanists')
  await page.getByText('Keep its people out of Home').click()
  await page.getByRole('button', { name: 'Make list' }).click()
  await page.getByRole('link', { name: /Botanists/ }).waitFor()
  await page.getByText('not in Home').waitFor()
  await isWhole(page, 'lists')
  await page.getByRole('button', { name: /More about .*Botanists/ }).click()
  await page.getByRole('menuitem', { name: 'People' }).click()
  await page.getByRole('heading', { name: 'Nobody is on it yet' }).waitFor()
  await page.getByLabel('Add somebody you follow').fill('ana')
  await page.getByRole('button', { name: 'Add @ana@peer.example' }).click()
  await page.getByRole('button', { name: 'Take off: @ana@peer.example' }).waitFor()
  await isWhole(page, 'list-people')
  await page.getByRole('button', { name: 'Take off: @ana@peer.example' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: 'Take off: @ana@peer.example' }).waitFor()
  await page.goto(`${home.origin}/lists`)
  await page.getByRole('button', { name: /More about .*Botanists/ }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete list' }).click()
  await page.getByRole('heading', { name: 'No lists yet' }).waitFor()
  assert.deepEqual(problems, [])
})

test('a hashtag is followed by name, shown on the profile, and left with Undo', { skip }, async (t) => {
  const { page } = await openWindow(t, '/followed-hashtags')
  const field = page.getByLabel('Follow a hashtag')
  await field.fill('2026')
  await page.keyboard.press('Enter')
  await page.getByText('A hashtag is letters').waitFor()
  await field.fill('#Ferns')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: /Ferns/ }).waitFor()
  await page.getByRole('button', { name: 'Show on profile: #Ferns' }).click()
  await until(
    'it is shown',
    async () => (await (await home.owner()).list('/api/v1/featured_tags')).length === 1,
  )
  await isWhole(page, 'followed-hashtags')
  await page.getByRole('button', { name: 'Unfollow #Ferns' }).click()
  await page.getByRole('heading', { name: 'No hashtags yet' }).waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('link', { name: /Ferns/ }).waitFor()
})

test(
  'hashtags left one right after the other are all left, also while the first is on its way',
  { skip },
  async (t) => {
    const owner = await home.owner()
    const names = ['mosses', 'lichens', 'sedges']
    await Promise.all(names.map(async (name) => owner.call('POST', `/api/v1/tags/${name}/follow`)))
    const { page } = await openWindow(t, '/followed-hashtags')
    const pressed = Promise.withResolvers<void>()
    await page.route(/\/unfollow$/, async (route) => {
      await pressed.promise
      await route.fallback()
    })
    for (const name of names) {
      // oxlint-disable-next-line no-await-in-loop -- one press after the other
      await page.getByRole('button', { name: `Unfollow #${name}` }).click()
    }
    pressed.resolve()
    await Promise.all(
      names.map(async (name) => page.getByRole('link', { name }).waitFor({ state: 'detached' })),
    )
    await until('all are left', async () =>
      (await owner.list('/api/v1/followed_tags')).every((tag) => !names.includes(String(tag['name']))),
    )
  },
)

test(
  'a filter is written by keyboard, tried, kept, and hides from the notifications',
  { skip },
  async (t) => {
    const { page, problems } = await openWindow(t, '/filters')
    await page.getByRole('button', { name: 'New filter' }).press('Enter')
    await page.getByLabel('Name', { exact: true }).and(page.locator(':focus')).waitFor()
    await page.keyboard.type('Questions')
    await page.keyboard.press('Tab')
    await page.keyboard.type('ask something')
    await page.getByRole('radio', { name: /Hide whole/ }).check({ force: true })
    await page.getByLabel('Try it').fill('May I ask something?')
    await page.getByText('Not shown at all, because of').waitFor()
    await isWhole(page, 'filter')
    await page.getByRole('button', { name: 'Make filter' }).press('Enter')
    await page.getByRole('link', { name: /Questions/ }).waitFor()
    await isWhole(page, 'filters')
    await bell(page).click()
    await row(page, 'favourited').waitFor()
    await row(page, 'May I ask something?').waitFor({ state: 'detached' })
    await page.goto(`${home.origin}/filters`)
    await page.getByRole('button', { name: /^Delete… / }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete filter' }).click()
    await page.getByRole('heading', { name: 'No filters yet' }).waitFor()
    assert.deepEqual(problems, [])
  },
)

test('what was kept is listed, newest first', { skip }, async (t) => {
  const owner = await home.owner()
  await home.reads(ana, { content: '<p>Worth keeping</p>' })
  const [post] = await owner.homeTimeline(1)
  await owner.call('POST', `/api/v1/statuses/${post?.['id']}/bookmark`)
  await owner.call('POST', `/api/v1/statuses/${post?.['id']}/favourite`)
  const { page } = await openWindow(t, '/bookmarks')
  await page.getByRole('article').filter({ hasText: 'Worth keeping' }).waitFor()
  await isWhole(page, 'bookmarks')
  await page.goto(`${home.origin}/favourites`)
  await page.getByRole('article').filter({ hasText: 'Worth keeping' }).waitFor()
})

test('a failure is told in words, and trying again works', { skip }, async (t) => {
  const { page } = await openWindow(t, '/home')
  await page.route('**/api/v2/notifications?*', async (route) =>
    route.fulfill({ status: 500, json: { error: 'x' } }),
  )
  await bell(page).click()
  await page.getByText('Something went wrong inside your home.').waitFor()
  await page.unroute('**/api/v2/notifications?*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await row(page, 'favourited').waitFor()
})

test(
  'Ctrl K leads anywhere by keyboard alone, and what was searched can be forgotten',
  { skip },
  async (t) => {
    const { page, problems } = await openWindow(t, '/home')
    await page.keyboard.press('Control+k')
    const field = page.getByRole('combobox', { name: 'Pages, people, hashtags, posts' })
    await field.and(page.locator(':focus')).waitFor()
    await page.keyboard.type('bookm')
    await page.getByRole('option', { name: 'Bookmarks' }).waitFor()
    await isWhole(page, 'palette')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Bookmarks' }).waitFor()
    await page.keyboard.press('Control+k')
    await field.and(page.locator(':focus')).waitFor()
    await page.keyboard.type('people like')
    await page.getByRole('option').filter({ hasText: 'A post that people like' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('article').filter({ hasText: 'A post that people like' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('option', { name: 'people like' }).waitFor()
    await page.getByRole('button', { name: 'Forget these' }).click()
    await until(
      'it is forgotten',
      async () => (await page.getByRole('option', { name: 'people like' }).count()) === 0,
    )
    await field.focus()
    await field.and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Escape')
    await field.waitFor({ state: 'detached' })
    assert.deepEqual(problems, [])
  },
)

test(
  'a search finds own old posts, people, hashtags and pasted addresses, each under its tab',
  { skip },
  async (t) => {
    const old = await writesPost('An #orchid in the window')
    const { page } = await openWindow(t, '/search')
    await page.getByText('Narrow a search').click()
    await page.getByText('from:me').waitFor()
    await isWhole(page, 'search-empty')
    await page.setViewportSize({ width: 1_280, height: 800 })
    const field = page.getByRole('searchbox')
    await field.fill('from:me orchid')
    await page.keyboard.press('Enter')
    await page.getByRole('article').filter({ hasText: 'in the window' }).waitFor()
    await page.getByRole('tab', { name: 'People' }).click()
    await page.getByText('Nothing of this kind was found.').waitFor()
    await field.fill('orchid')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Hashtags' }).click()
    await page.getByRole('link', { name: '#orchid' }).waitFor()
    await isWhole(page, 'search-hashtags')
    await page.setViewportSize({ width: 1_280, height: 800 })
    await field.fill(old)
    await page.keyboard.press('Enter')
    await page.getByRole('article').filter({ hasText: 'in the window' }).waitFor()
    await field.fill('@lee@peer.example')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Lee' }).waitFor()
  },
)
