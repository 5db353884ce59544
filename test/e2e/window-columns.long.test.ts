/** A thread beside the page that it was opened from: by the mouse, by the keyboard alone, through history and widths. */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { boxNow } from '../support/box-now.ts'
import {
  type PageOptions,
  type TestBrowser,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import type { FakeActor } from '../support/fake-peer.ts'
import { strikeOnwards } from '../support/fields.ts'
import { textBecomes } from '../support/start-writing.ts'
import { until } from '../support/until.ts'
import { furtherDown } from '../support/wheel.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'
import { writeThread } from '../support/window-thread.ts'

const skip = noBrowser

let home: WindowHome
let browser: TestBrowser
let ana: FakeActor
let ben: FakeActor
let session: NonNullable<BrowserContextOptions['storageState']>
let rootId: string

before(async () => {
  if (skip !== false) return
  home = await openWindowHome({ handle: 'robin' })
  browser = await openBrowser()
  ana = home.peer.actor('ana', { document: { name: 'Ana Marić' } })
  ben = home.peer.actor('ben', { document: { name: 'Ben' } })
  await home.follows(ana)
  await home.follows(ben)
  rootId = await writeThread(home, ana, ben)
  const owner = await home.owner()
  await owner.call('PATCH', '/api/homebird/v1/preferences', { holdSeconds: 0 })
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = await context.storageState()
  await context.close()
})

after(async () => {
  await browser?.close()
  await home?.close()
})

async function openWindow(t: TestContext, path: string, options: PageOptions = {}): Promise<Page> {
  const { page, context, problems } = await browser.openPage({
    storageState: session,
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  })
  t.after(async () => {
    await context.close()
    assert.deepEqual(problems, [])
  })
  await page.goto(`${home.origin}${path}`)
  return page
}

/** A page of one is a region of that name too. */
const column = (page: Page): Locator =>
  page.getByRole('complementary').getByRole('region', { name: 'Thread' })
const asked = (page: Page): Locator => page.getByRole('main').locator(`[data-entry-id="${rootId}"]`).first()
const pathOf = (page: Page): string => new URL(page.url()).pathname
const scrolled = async (page: Page): Promise<number> => page.evaluate<number>('Math.round(scrollY)')
const writing = (page: Page): Locator => page.getByLabel('Text', { exact: true })

/** Reads on by the keys until Ana's question has the focus. */
async function readsToQuestion(page: Page): Promise<void> {
  await page.getByRole('article').first().waitFor()
  await until('the question has the focus', async () => {
    if ((await page.locator(`main [data-entry-id="${rootId}"]:focus`).count()) > 0) return true
    const isAbove = await page.evaluate<boolean>(
      `BigInt(document.activeElement?.dataset?.entryId ?? '0') > ${rootId}n || document.activeElement === document.body`,
    )
    await strikeOnwards(page, isAbove ? 'j' : 'k')
    return false
  })
}

/** To the next post of the thread, which may have to be drawn first. */
async function goesOn(page: Page): Promise<void> {
  const focused = column(page).locator('article:focus')
  const left = await focused.getAttribute('data-entry-id')
  await page.keyboard.press('j')
  await column(page).locator(`article:focus:not([data-entry-id="${left}"])`).waitFor()
}

interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
}

/** Where the question stands in the timeline once nothing moves any more. */
async function rests(page: Page): Promise<Place> {
  let place: Place | null = null
  await until('the timeline rests', async () => {
    const last = place
    await page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
    )
    place = await asked(page).boundingBox()
    return place !== null && place.y === last?.y
  })
  if (place === null) throw new Error('the question is not in the timeline')
  return place
}

async function showsThread(page: Page): Promise<void> {
  await column(page).locator(`[aria-current] [data-entry-id="${rootId}"]`).waitFor()
  await column(page)
    .getByText(/Maidenhair, kept moist|Answer number/)
    .first()
    .waitFor()
  assert.equal(pathOf(page), `/posts/${rootId}`)
}

test('a press on a post opens its thread beside the timeline, which keeps its place', { skip }, async (t) => {
  const page = await openWindow(t, '/home')
  await readsToQuestion(page)
  const stood = await rests(page)
  // Where it stands: nothing else brings it to another place first.
  await page.mouse.click(stood.x + stood.width / 2, stood.y + 50)
  await showsThread(page)
  await column(page).getByRole('heading', { name: 'Thread', level: 2 }).and(page.locator(':focus')).waitFor()
  await asked(page).and(page.locator('[aria-current="true"]')).waitFor()
  assert.deepEqual(await rests(page), stood)
  await until('the window is called so', async () => /Thread · Homebird/.test(await page.title()))
  // Its own scrolling, to its very end and beyond it.
  const at = await scrolled(page)
  await column(page).getByText('Answer number 0.').hover()
  await until('the end of the thread is seen', async () => {
    await page.mouse.wheel(0, 600)
    return (await column(page).getByText('Answer number 23.').count()) > 0
  })
  for (let turns = 0; turns < 4; turns += 1) await page.mouse.wheel(0, 600)
  assert.equal(await scrolled(page), at)
  await takeScreenshot(page, 'columns-1280')
  // From reply to reply it goes on there, and Back leads to the one before.
  await column(page).getByText('Answer number 23.').click()
  await page.waitForURL((url) => !url.pathname.endsWith(rootId))
  await column(page).getByRole('button', { name: 'Reply to @ben@peer.example' }).waitFor()
  await column(page).getByRole('button', { name: 'Back' }).click()
  await showsThread(page)
  await column(page).getByRole('button', { name: 'Close the thread' }).click()
  await column(page).waitFor({ state: 'detached' })
  await page.locator(`main [data-entry-id="${rootId}"]:focus`).waitFor()
  assert.equal(pathOf(page), '/home')
  await until('the place is found', async () => (await scrolled(page)) === at)
  assert.deepEqual(await rests(page), stood)
})

test('by the keyboard alone: opens, reads, crosses, answers and closes', { skip }, async (t) => {
  const page = await openWindow(t, '/home')
  const { keyboard } = page
  const hasFocus = async (within: Locator): Promise<void> => within.locator(':focus').waitFor()
  await readsToQuestion(page)
  await keyboard.press('Enter')
  await showsThread(page)
  await column(page).getByRole('heading', { name: 'Thread' }).and(page.locator(':focus')).waitFor()
  const at = await scrolled(page)
  // j and k are the thread's now.
  await keyboard.press('j')
  await column(page).locator(`[data-entry-id="${rootId}"]:focus`).waitFor()
  await keyboard.press('j')
  await column(page).locator('article:focus', { hasText: 'Maidenhair, kept moist.' }).waitFor()
  await keyboard.press('f')
  await column(page)
    .locator('article:focus')
    .getByRole('button', { name: /^Favourite/, pressed: true })
    .waitFor()
  for (let steps = 0; steps < 16; steps += 1) await goesOn(page)
  await column(page).locator('article:focus', { hasText: 'Answer number' }).waitFor()
  assert.equal(await scrolled(page), at)
  const left = await column(page).locator('article:focus').getAttribute('data-entry-id')
  // The arrow leads to the timeline, where they are the timeline's again, and back to where one was.
  await keyboard.press('ArrowLeft')
  await page.locator(`main [data-entry-id="${rootId}"]:focus`).waitFor()
  await keyboard.press('j')
  await page.getByRole('main').locator('article:focus', { hasText: 'Earlier note' }).waitFor()
  await keyboard.press('ArrowRight')
  await column(page).locator(`[data-entry-id="${left}"]:focus`).waitFor()
  await keyboard.press('F6')
  await page.getByRole('main').locator('article:focus', { hasText: 'Earlier note' }).waitFor()
  await keyboard.press('F6')
  await column(page).locator(`[data-entry-id="${left}"]:focus`).waitFor()
  const kept = await scrolled(page)
  await keyboard.press('0')
  await until('the top of the thread is seen', async () => {
    const box = await column(page).locator('[aria-current] article').boundingBox()
    return box !== null && box.y > 0
  })
  assert.equal(await scrolled(page), kept)
  // r answers beside it; Esc leaves the field, F6 leads out of it to the thread, Esc closes.
  await keyboard.press('ArrowLeft')
  await keyboard.press('ArrowRight')
  await hasFocus(column(page))
  await column(page).getByRole('heading', { name: 'Thread' }).focus()
  await keyboard.press('j')
  const place = await asked(page).boundingBox()
  await keyboard.press('r')
  await page.getByRole('form', { name: 'Reply' }).locator('textarea:focus').waitFor()
  await keyboard.type('The holly fern does.')
  await keyboard.press('Control+Enter')
  // It stands above in the timeline too, and moves nothing there.
  await page.getByRole('complementary').getByText('Posted.').waitFor()
  await until('the timeline rests', async () => {
    const now = await asked(page).boundingBox()
    return Math.abs((now?.y ?? 0) - (place?.y ?? 999)) <= 2
  })
  await keyboard.press('F6')
  await hasFocus(column(page))
  await keyboard.press('Escape')
  await column(page).waitFor({ state: 'detached' })
  assert.equal(pathOf(page), '/home')
  await page.getByRole('main').locator('article:focus').waitFor()
})

test(
  'history is honest: Back closes, Forward opens, a reload finds both, a link shows the thread whole',
  { skip },
  async (t) => {
    const page = await openWindow(t, '/home')
    await readsToQuestion(page)
    const at = await scrolled(page)
    await page.keyboard.press('o')
    await showsThread(page)
    await page.goBack()
    await column(page).waitFor({ state: 'detached' })
    assert.equal(pathOf(page), '/home')
    await page.locator(`main [data-entry-id="${rootId}"]:focus`).waitFor()
    await page.goForward()
    await showsThread(page)
    await until('the place is found', async () => (await scrolled(page)) === at)
    await page.reload()
    await showsThread(page)
    await page.getByRole('main').getByRole('heading', { name: 'Home', level: 1 }).waitFor()
    await page.getByRole('main').getByRole('article').first().waitFor()
    // As a page: a step of its own.
    await column(page).getByRole('button', { name: 'Open as a page' }).click()
    await page
      .getByRole('main')
      .getByRole('heading', { name: 'Thread', level: 1 })
      .and(page.locator(':focus'))
      .waitFor()
    await column(page).waitFor({ state: 'detached' })
    assert.equal(pathOf(page), `/posts/${rootId}`)
    await page.getByRole('main').getByText('Answer number 0.').waitFor()
    await page.goBack()
    await showsThread(page)
    await page.getByRole('main').getByRole('heading', { name: 'Home', level: 1 }).waitFor()
    // Esc takes the name away first of what the pointer rests on, and it rests where a button was pressed.
    await page.mouse.move(2, 2)
    await page.getByRole('tooltip').waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await column(page).waitFor({ state: 'detached' })
    assert.equal(pathOf(page), '/home')
    // Whoever is given the address has no page beside it; what is opened from there is a page too.
    const other = await openWindow(t, `/posts/${rootId}`)
    await other.getByRole('main').getByText('Answer number 0.').click()
    await other.getByRole('main').getByRole('button', { name: 'Reply to @ben@peer.example' }).waitFor()
    assert.equal(await column(other).count(), 0)
  },
)

test('from narrow to wide and back nothing is lost: place, thread, words of a reply', { skip }, async (t) => {
  const page = await openWindow(t, '/home')
  await readsToQuestion(page)
  await page.keyboard.press('Enter')
  await showsThread(page)
  await column(page).getByRole('button', { name: 'Reply to @ana@peer.example' }).click()
  await page.getByRole('form', { name: 'Reply' }).locator('textarea:focus').waitFor()
  await page.keyboard.type('Half an answ')
  await column(page).getByText('Answer number 0.').click({ trial: true })
  // The pointer on its way may have moved the page: what counts is where it stands now.
  const place = await rests(page)
  for (const { width, isWide } of [
    { width: 1_000, isWide: false },
    { width: 1_280, isWide: true },
    { width: 600, isWide: false },
    { width: 1_280, isWide: true },
  ]) {
    await page.setViewportSize({ width, height: 800 })
    if (isWide) {
      await showsThread(page)
      await until('the timeline is where it was', async () => {
        const box = await asked(page).boundingBox()
        return Math.abs((box?.y ?? 0) - place.y) <= 2
      })
      await textBecomes(page, /Half an answ$/)
    } else {
      await page.getByRole('main').getByRole('heading', { name: 'Thread', level: 1 }).waitFor()
      const read = page.getByRole('main').locator('article', { hasText: 'Answer number 0.' })
      await until('the reply that was read is on the screen', async () => {
        const box = await boxNow(read)
        return box !== null && box.y > -box.height && box.y < 800
      })
      await column(page).waitFor({ state: 'detached' })
      assert.equal(await sidewaysOverflow(page), 0)
    }
    assert.equal(pathOf(page), `/posts/${rootId}`)
  }
  // What was read in the column is read on the page.
  await column(page).getByRole('heading', { name: 'Thread' }).focus()
  await until('an answer far below is read', async () => {
    await page.keyboard.press('j')
    return (await column(page).locator('article:focus', { hasText: 'Answer number 12.' }).count()) > 0
  })
  await page.setViewportSize({ width: 1_000, height: 800 })
  const answer = page.getByRole('main').locator('article', { hasText: 'Answer number 12.' })
  await until('it is on the screen', async () => {
    const box = await answer.boundingBox()
    return box !== null && box.y > -box.height && box.y < 800
  })
  await page.setViewportSize({ width: 1_280, height: 800 })
  await writing(page).fill('')
})

test('it opens beside every page of posts', { skip }, async (t) => {
  const owner = await home.owner()
  await owner.call('POST', `/api/v1/statuses/${rootId}/bookmark`)
  const list = await owner.call('POST', '/api/v1/lists', { title: 'Botanists' })
  const anaId = String((await owner.find('@ana@peer.example'))['id'])
  await owner.call('POST', `/api/v1/lists/${list['id']}/accounts`, { account_ids: [anaId] })
  const page = await openWindow(t, '/home')
  for (const path of [
    '/notifications',
    '/bookmarks',
    `/people/${anaId}`,
    `/lists/${list['id']}`,
    '/federated',
    '/search?q=north',
  ]) {
    await page.goto(`${home.origin}${path}`)
    const post = page.getByRole('main').getByText('Which fern grows under a north window?').first()
    const isThere = async (): Promise<boolean> => {
      if ((await post.count()) > 0) return true
      await furtherDown(page)
      return false
    }
    await until(`${path} shows it`, isThere, 60_000)
    await post.click()
    await showsThread(page)
    await page.getByRole('main').getByText('Which fern grows under a north window?').first().waitFor()
    await page.keyboard.press('Escape')
    await column(page).waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, path)
  }
})

test('the column is told, and axe finds nothing in light, dark and mirrored', { skip }, async (t) => {
  for (const options of [{}, { colorScheme: 'dark' }, { locale: 'ar-EG' }] as const) {
    const page = await openWindow(t, '/home', options)
    await readsToQuestion(page)
    await page.keyboard.press('Enter')
    const thread = page.locator('[data-column="thread"]')
    await thread.getByText('Maidenhair, kept moist.').waitFor()
    await thread.locator('h2:focus').waitFor()
    assert.deepEqual(await axeFindings(page), [])
    assert.equal(await sidewaysOverflow(page), 0)
    const [middle, beside] = await Promise.all([page.getByRole('main').boundingBox(), thread.boundingBox()])
    const isMirrored = 'locale' in options
    assert.equal((beside?.x ?? 0) < (middle?.x ?? 0), isMirrored)
    // The arrow leads to the side on which the timeline stands.
    await page.keyboard.press(isMirrored ? 'ArrowRight' : 'ArrowLeft')
    await page.locator(`main [data-entry-id="${rootId}"]:focus`).waitFor()
    await takeScreenshot(
      page,
      `columns-${isMirrored ? 'mirrored' : 'colorScheme' in options ? 'dark' : 'light'}`,
    )
  }
})
