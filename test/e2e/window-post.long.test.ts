/** One post and all that a person does with it, in a real browser on a real home, by mouse and by keyboard. */
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
import type { HomeClient } from '../support/home-client.ts'
import { pngOf } from '../support/pictures.ts'
import { escapeFrom, hasFocus, strikeOn } from '../support/fields.ts'
import { scriptDeliveries } from '../support/scripted-deliveries.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser
let home: WindowHome
let ana: FakeActor
let owner: HomeClient
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  ana = home.peer.actor('ana', { document: { name: 'Ana Marić' } })
  await home.follows(ana)
  owner = await home.owner()
  await fill()
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = await context.storageState()
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

async function fill(): Promise<void> {
  for (const name of ['one', 'two']) {
    const body = pngOf(640, 400, [240, 180, 90], name === 'one' ? [60, 90, 140] : [30, 60, 40])
    home.peer.answers(`/${name}.png`, () => ({ headers: { 'content-type': 'image/png' }, body }))
  }
  const picture = (name: string): object => ({
    type: 'Document',
    mediaType: 'image/png',
    url: `${home.peer.origin}/${name}.png`,
    name: `picture ${name}`,
    width: 640,
    height: 400,
  })
  const option = (name: string, votes: number): object => ({
    type: 'Note',
    name,
    replies: { type: 'Collection', totalItems: votes },
  })
  const ends = new Date(Date.now() + 3 * 3_600_000).toISOString()
  await home.reads(
    ana,
    { content: `<p>${'A long thought about soil and water. '.repeat(60)}</p>` },
    { content: '<p>Eleven of them.</p>', summary: 'spiders', sensitive: true },
    { content: '<p>two pictures</p>', attachment: [picture('one'), picture('two')] },
    {
      type: 'Question',
      content: '<p>which fern</p>',
      oneOf: [option('Royal', 3), option('Lady', 1)],
      votersCount: 4,
      endTime: ends,
    },
    {
      type: 'Question',
      content: '<p>which tools</p>',
      anyOf: [option('Spade', 1), option('Rake', 2)],
      votersCount: 2,
      endTime: ends,
    },
  )
  const note = ana.note({ content: '<p>first words</p>' })
  await home.receives(ana, ana.create(note))
  await home.receives(
    ana,
    ana.update({ ...note, content: '<p>better words</p>', updated: new Date().toISOString() }),
  )
  await home.reads(ana, { content: '<p>a conversation</p>' })
  await until('the edit is there', async () =>
    (await owner.homeTimeline()).some(({ content }) => String(content).includes('better words')),
  )
}

async function openWindow(t: TestContext, path = '/home', more: object = {}): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: session, ...more })
  t.after(async () => opened.context.close())
  await opened.page.goto(`${home.origin}${path}`)
  await opened.page.getByRole('article').first().waitFor()
  // A window begins where was read last: to the newest, as a reader goes.
  if (path === '/home') await opened.page.keyboard.press('0')
  return opened
}

const post = (page: Page, text: string): Locator => page.getByRole('article').filter({ hasText: text })

async function choose(page: Page, text: string, act: string | RegExp): Promise<void> {
  await post(page, text).getByRole('button', { name: 'More about this post' }).click()
  await page.getByRole('menuitem', { name: act, exact: true }).click()
}

test(
  'a vote is given by mouse, and one of several by keyboard; both are told to the author',
  { skip },
  async (t) => {
    const { page, problems } = await openWindow(t)
    await post(page, 'which fern').getByLabel('Royal').check()
    await post(page, 'which fern').getByRole('button', { name: 'Vote' }).click()
    await post(page, 'which fern').getByText('your vote').waitFor()
    await post(page, 'which fern')
      .getByText(/80\s?%/)
      .first()
      .waitFor()
    await post(page, 'which tools').getByLabel('Spade').focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await post(page, 'which tools').getByRole('button', { name: 'Vote' }).focus()
    await page.keyboard.press('Enter')
    await until(
      'both are marked',
      async () => (await post(page, 'which tools').getByText('your vote').count()) === 2,
    )
    await ana.inbox.waitFor((one) => JSON.stringify(one.activity).includes('Royal'))
    assert.deepEqual(problems, [])
  },
)

test('a reaction is picked, shown as pressed, and taken back', { skip }, async (t) => {
  const { page, problems } = await openWindow(t)
  await post(page, 'a conversation').getByRole('button', { name: 'React' }).first().click()
  await page.getByRole('searchbox', { name: 'Search emoji' }).fill('party pop')
  await page.getByRole('button', { name: 'party popper' }).click()
  const chip = post(page, 'a conversation').getByRole('button', { name: /🎉, 1 reaction/ })
  await chip.waitFor()
  await until('it is pressed', async () => (await chip.getAttribute('aria-pressed')) === 'true')
  await ana.inbox.waitFor((one) => JSON.stringify(one.activity).includes('🎉'))
  await chip.click()
  await chip.waitFor({ state: 'detached' })
  assert.deepEqual(problems, [])
})

test('a bookmark is set by button and by key', { skip }, async (t) => {
  const { page } = await openWindow(t)
  const button = post(page, 'a conversation').getByRole('button', { name: 'Bookmark' })
  await button.click()
  await until('it is kept', async () => (await owner.list('/api/v1/bookmarks')).length === 1)
  await post(page, 'a conversation').focus()
  await page.keyboard.press('d')
  await until('it is taken away', async () => (await owner.list('/api/v1/bookmarks')).length === 0)
})

test('a long post folds after twelve lines and opens without losing its place', { skip }, async (t) => {
  const { page } = await openWindow(t)
  const long = post(page, 'A long thought')
  const folded = await long.evaluate((one) => one.getBoundingClientRect().height)
  await long.getByRole('button', { name: 'Show more' }).click()
  await long.getByRole('button', { name: 'Show less' }).waitFor()
  await until(
    'it has unfolded',
    async () => (await long.evaluate((one) => one.getBoundingClientRect().height)) > folded + 100,
  )
})

test('a warning opens by key', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await post(page, 'spiders').focus()
  await page.keyboard.press('x')
  await page.getByText('Eleven of them.').waitFor()
})

test('every version of an edited post is shown', { skip }, async (t) => {
  const { page, problems } = await openWindow(t)
  await post(page, 'better words')
    .getByRole('button', { name: /^Edited/ })
    .click()
  const dialog = page.getByRole('dialog', { name: 'Versions' })
  await dialog.getByText('first words').waitFor()
  assert.match(await dialog.innerText(), /as it is now[\s\S]*better words[\s\S]*as it was first/)
  assert.deepEqual(await axeFindings(page), [])
  await escapeFrom(dialog)
  assert.deepEqual(problems, [])
})

test(
  'the viewer opens by mouse and by key, goes on, zooms, and gives the focus back',
  { skip },
  async (t) => {
    const { page, problems } = await openWindow(t)
    await post(page, 'two pictures').getByRole('button', { name: 'Open: picture one' }).click()
    const viewer = page.getByRole('dialog', { name: 'Media' })
    await viewer.getByText('1 of 2').waitFor()
    await viewer.getByText('picture one').waitFor()
    await hasFocus(viewer)
    await page.keyboard.press('ArrowRight')
    await viewer.getByText('2 of 2').waitFor()
    await page.keyboard.press('+')
    await until('it is larger', async () =>
      (await viewer.getByRole('img').getAttribute('style'))?.includes('scale(1.5)'),
    )
    await page.keyboard.press('0')
    assert.deepEqual(await axeFindings(page), [])
    await escapeFrom(viewer)
    await post(page, 'two pictures')
      .getByRole('button', { name: /picture one/ })
      .and(page.locator(':focus'))
      .waitFor()
    await post(page, 'two pictures').focus()
    await page.keyboard.press('e')
    await viewer.getByText('1 of 2').waitFor()
    assert.deepEqual(problems, [])
  },
)

test('a deleted post comes back by Undo, and is gone for good without it', { skip }, async (t) => {
  const { page } = await openWindow(t)
  const written = await owner.writes('to be deleted')
  await post(page, 'to be deleted').waitFor()
  await choose(page, 'to be deleted', 'Delete')
  await post(page, 'to be deleted').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await post(page, 'to be deleted').waitFor()
  await choose(page, 'to be deleted', 'Delete')
  await post(page, 'to be deleted').waitFor({ state: 'detached' })
  // Closing the window does not lose the wish.
  await page.goto('about:blank')
  await until('the home has deleted it', async () => isGone(written['id']))
})

const isGone = async (id: unknown): Promise<boolean> =>
  (await owner.raw(`/api/v1/statuses/${id}`)).status === 404

test(
  'a deletion goes out with the window though the service worker sleeps; one that was lost goes out with the next window',
  { skip },
  async (t) => {
    const { page, context } = await openWindow(t, '/home', { serviceWorkers: 'allow' })
    const [first, second] = [await owner.writes('left at once'), await owner.writes('lost on the way')]
    await until('the worker is there', async () =>
      page.evaluate<boolean>('navigator.serviceWorker.controller !== null'),
    )
    const inspector = await context.newCDPSession(page)
    await inspector.send('ServiceWorker.enable')
    await choose(page, 'left at once', 'Delete')
    await post(page, 'left at once').waitFor({ state: 'detached' })
    await inspector.send('ServiceWorker.stopAllWorkers')
    await page.goto('about:blank')
    await until('the home has deleted it', async () => isGone(first['id']))
    await page.goto(`${home.origin}/home`)
    await choose(page, 'lost on the way', 'Delete')
    await post(page, 'lost on the way').waitFor({ state: 'detached' })
    // What a page asks for as it goes is not for a test to hold up: it is the home that is away.
    await home.home.stop()
    await page.goto('about:blank')
    await home.home.start()
    await owner.signIn()
    assert.equal(await isGone(second['id']), false)
    // A browser that is very busy cuts the leaving short; then it goes out a minute later.
    const next = async (): Promise<boolean> => {
      await page.goto(`${home.origin}/home`)
      return until('it is gone', async () => isGone(second['id']), 20_000).catch(() => false)
    }
    await until('the home has deleted it too', next, 180_000)
  },
)

test('an own post is pinned, and another is deleted to be written anew', { skip }, async (t) => {
  const { page } = await openWindow(t)
  const written = await owner.writes('worth a second try')
  await post(page, 'worth a second try').waitFor()
  await choose(page, 'worth a second try', 'Pin to profile')
  await until(
    'it is pinned',
    async () => String((await owner.get(`/api/v1/statuses/${written['id']}`))['pinned']) === 'true',
  )
  await choose(page, 'worth a second try', /Delete and write anew/)
  const question = page.getByRole('alertdialog')
  await question.getByText(/0 boosts, 0 favourites/).waitFor()
  await question.getByRole('button', { name: 'Delete and write anew' }).click()
  await until('its text is in the composer', async () =>
    (await page.getByLabel('Text', { exact: true }).inputValue()).includes('worth a second try'),
  )
})

test(
  'a conversation is muted, a post is put into a filter, and nothing offers to translate',
  { skip },
  async (t) => {
    const { page } = await openWindow(t)
    await choose(page, 'a conversation', 'Mute conversation')
    await until('it is muted', async () =>
      (await owner.homeTimeline()).some(
        ({ content, muted }) => String(content).includes('a conversation') && muted,
      ),
    )
    await post(page, 'which tools').getByRole('button', { name: 'More about this post' }).click()
    assert.equal(await page.getByRole('menuitem', { name: 'Translate' }).count(), 0)
    await page.getByRole('menuitem', { name: /Filter this post/ }).click()
    await page.getByLabel('New filter that warns').fill('garden tools')
    await page.getByRole('button', { name: 'Make filter' }).click()
    await page.getByText('Filtered: \u2068garden tools\u2069').waitFor()
    await page.getByText('which tools').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Show anyway' }).click()
    await page.getByText('which tools').waitFor()
  },
)

test('where an own post went is told, and a server that refused it is tried again', { skip }, async (t) => {
  const usual = home.peer.inboxAnswer
  t.after(() => (home.peer.inboxAnswer = usual))
  home.peer.inboxAnswer = ({ body }) =>
    body.includes('where does this go') ? { status: 418, body: 'no tea' } : { status: 202 }
  const written = await owner.writes('@ana@peer.example where does this go')
  const path = `/api/homebird/v1/posts/${String(written['id'])}/deliveries`
  await until('it was refused', async () => Number((await owner.get(path))['counts']?.['failed']) === 1)
  home.peer.inboxAnswer = usual
  const { page, problems } = await openWindow(t, `/posts/${String(written['id'])}`)
  await choose(page, 'where does this go', 'Where it went…')
  const dialog = page.getByRole('dialog', { name: 'Where your post went' })
  await dialog.getByText('1 server was given up.').waitFor()
  await dialog.getByText('answered 418: no tea').waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'post-deliveries')
  await page.setViewportSize({ width: 320, height: 720 })
  assert.equal(await sidewaysOverflow(page), 0)
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'post-deliveries-narrow')
  await strikeOn(dialog.getByRole('button', { name: 'Try now: peer.example' }))
  await dialog.getByText('1 server has it.').waitFor()
  await dialog.getByText('Has it', { exact: true }).waitFor()
  await ana.inbox.waitFor(({ activity }) => JSON.stringify(activity).includes('where does this go'))
  await escapeFrom(dialog)
  assert.deepEqual(problems, [])
})

test('where a post went: no row moves, no focus is lost, no late look wins', { skip }, async (t) => {
  const written = await owner.writes('to many places')
  const { page, problems } = await openWindow(t, `/posts/${String(written['id'])}`)
  const script = await scriptDeliveries(page)
  Object.assign(script.states, { 'a.example': 'failed', 'b.example': 'failed', 'c.example': 'sent' })
  await choose(page, 'to many places', 'Where it went…')
  const dialog = page.getByRole('dialog', { name: 'Where your post went' })
  const button = (name: string): Locator => dialog.getByRole('button', { name, exact: true })
  const tryIt = button('Try now: b.example')
  const row = dialog.getByRole('listitem').filter({ hasText: 'b.example' })
  await tryIt.waitFor()
  const stood = JSON.stringify(await tryIt.boundingBox())
  await tryIt.click()
  await button('Give up: b.example').waitFor()
  assert.equal(JSON.stringify(await tryIt.boundingBox()), stood)
  const box = await button('Give up: b.example').boundingBox()
  await strikeOn(button('Give up: b.example'))
  await row.getByText('Given up', { exact: true }).waitFor()
  await row.and(page.locator(':focus')).waitFor()
  assert.equal(JSON.stringify(await tryIt.boundingBox()), stood)
  // The second half of a double press at the place of Give up.
  await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2)
  const { promise, resolve } = Promise.withResolvers<void>()
  script.nextIsLate(promise, { 'a.example': 'failed', 'b.example': 'sent' })
  await strikeOn(button('Try all now'))
  await dialog.getByText('It is on its way to 2 servers.').waitFor()
  await until('it is looked again', script.isAsked)
  script.states['b.example'] = 'sent'
  await button('Try now: a.example').click()
  await dialog.getByText('2 servers have it.').waitFor()
  const latecomer = page.waitForResponse(/\/deliveries$/)
  resolve()
  await latecomer
  script.states['a.example'] = 'sent'
  await dialog.getByText('3 servers have it.').waitFor()
  await dialog.getByText('Which servers have it').click()
  assert.equal(await row.count(), 2)
  assert.equal(await button('Try all now').isEnabled(), false)
  assert.deepEqual(problems, [])
})

test('posts stand well at every width, light and dark', { skip }, async (t) => {
  for (const width of [320, 768, 1280]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await openWindow(t, '/home', { viewport: { width, height: 1_400 }, colorScheme })
      await post(page, 'two pictures').waitFor()
      assert.equal(await sidewaysOverflow(page), 0)
      assert.deepEqual(await axeFindings(page), [])
      await takeScreenshot(page, `post-${width}-${colorScheme}`)
    }
  }
})
