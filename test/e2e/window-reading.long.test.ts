/** Reading: the place that is never lost, gaps, boosts by several, other timelines, and all of it without the home. */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { boxNow } from '../support/box-now.ts'
import {
  type PageOptions,
  type TestBrowser,
  type TestPage,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import type { FakeActor } from '../support/fake-peer.ts'
import { until } from '../support/until.ts'
import { escapeFrom } from '../support/fields.ts'
import { scrollRests, wheelTo } from '../support/wheel.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
/** More than one catching up fetches by itself. */
const ABSENCE = 520
const AT_ONCE = 12

let browser: TestBrowser
let home: WindowHome
let ana: FakeActor
let kai: FakeActor
let lee: FakeActor
let cookies: NonNullable<Exclude<BrowserContextOptions['storageState'], string>>['cookies']

before(async () => {
  if (skip !== false) return
  const env = { HOMEBIRD_INBOX_RATE: '0', HOMEBIRD_API_RATE: '0' }
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin', env })])
  ana = home.peer.actor('ana', { document: { name: 'Ana Marić' } })
  kai = home.peer.actor('kai', { document: { name: 'Kai' } })
  lee = home.peer.actor('lee', { document: { name: 'Lee' } })
  await home.follows(ana)
  await home.follows(kai)
  const { page, context } = await browser.openPage()
  await home.enters(page)
  cookies = (await context.storageState()).cookies
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

/** A window of a fresh profile that is signed in, or of one that was stored. */
async function openWindow(t: TestContext, path = '/home', more: PageOptions = {}): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: { cookies, origins: [] }, ...more })
  t.after(async () => opened.context.close())
  await opened.page.goto(`${home.origin}${path}`)
  await opened.page.getByRole('navigation').first().waitFor()
  return opened
}

const post = (page: Page, text: string): Locator => page.getByRole('article').filter({ hasText: text })
const placeOf = async (page: Page, text: string): Promise<number> =>
  (await post(page, text).first().boundingBox())?.y ?? Number.NaN

/** A number once it is the same ten times running. */
async function settled(read: () => Promise<number>): Promise<number> {
  let last: number[] = []
  return until('a number that stays', async () => {
    last = [...last.slice(-9), await read()]
    return last.length === 10 && last.every((one) => Math.abs(one - (last[0] ?? 0)) < 0.5)
      ? (last[0] ?? null)
      : null
  })
}

/** Ana wrote so many posts since a moment, the last of them now: the order of a timeline is that of the writing. */
async function writesMany(count: number, words: string, sinceMs: number): Promise<void> {
  const stepMs = (Date.now() - sinceMs) / count
  for (let start = 0; start < count; start += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - start) }, (_, index) => start + index)
    await Promise.all(
      numbers.map(async (number) => {
        const published = new Date(sinceMs + (number + 1) * stepMs).toISOString()
        await home.receives(ana, ana.create(ana.note({ content: `<p>${words} ${number}.</p>`, published })))
      }),
    )
  }
  const owner = await home.owner()
  await until(
    `${words} have arrived`,
    async () =>
      (await owner.homeTimeline(40)).some((one) => String(one['content']).includes(`${words} ${count - 1}.`)),
    60_000,
  )
}

/** Goes up as often as posts come in above. */
async function seesNewest(page: Page, text: string): Promise<void> {
  await until(`${text} is on the screen`, async () => {
    await page.keyboard.press('.')
    const isThere = await post(page, text).first().isVisible()
    return isThere && (await page.evaluate<number>('scrollY')) === 0
  })
}

/** Turns the wheel until the post stands in the middle of the screen. */
async function readTo(page: Page, text: string): Promise<void> {
  await wheelTo(page, post(page, text), { from: 80, to: 500 })
}

test('a post boosted by several is one entry, with all their names', { skip }, async (t) => {
  await home.reads(ana, { content: '<p>before everything</p>' })
  const note = lee.note({ content: '<p>worth carrying on</p>' })
  const { page } = await openWindow(t)
  await post(page, 'before everything').waitFor()
  await home.receives(ana, ana.announce(note.id))
  await post(page, 'worth carrying on').waitFor()
  const boostedAtMs = Date.now()
  // The home repeats no boost of what is among its newest.
  await writesMany(45, 'between', boostedAtMs)
  await home.receives(kai, kai.announce(note.id))
  await readTo(page, 'worth carrying on')
  await page.getByText(/Boosted by Ana Marić and 1 more/).waitFor()
  await until('it is one entry', async () => (await post(page, 'worth carrying on').count()) === 1)
})

test(
  'who boosts what the home does not repeat is named live, in a list, and after a reload',
  { skip },
  async (t) => {
    const note = lee.note({ content: '<p>carried twice</p>' })
    const { page, problems } = await openWindow(t)
    await home.receives(ana, ana.announce(note.id))
    await seesNewest(page, 'carried twice')
    const entry = post(page, 'carried twice')
    await entry.getByText('Boosted by Ana Marić').waitFor()
    await settled(async () => placeOf(page, 'carried twice'))
    const place = await entry.boundingBox()
    await home.receives(kai, kai.announce(note.id))
    const others = entry.getByRole('button', { name: 'and 1 more' })
    await others.waitFor()
    await settled(async () => placeOf(page, 'carried twice'))
    assert.deepEqual(await entry.boundingBox(), place)
    assert.equal(await entry.count(), 1)
    await others.focus()
    await page.keyboard.press('Enter')
    const sheet = page.getByRole('dialog', { name: 'Boosted by' })
    await sheet.getByText('@kai@peer.example').waitFor()
    assert.equal(await sheet.getByRole('article').count(), 2)
    assert.deepEqual(await axeFindings(page), [])
    await takeScreenshot(page, 'boosters')
    await escapeFrom(sheet)
    await page.reload()
    await seesNewest(page, 'carried twice')
    await others.click()
    await sheet.getByRole('link', { name: /Kai/ }).last().click()
    await page.getByRole('heading', { name: 'Kai', level: 1 }).waitFor()
    await sheet.waitFor({ state: 'detached' })
    assert.deepEqual(problems, [])
  },
)

test(
  'a boost of what an author wrote pushes nothing down while it is read, and is named when it is drawn anew',
  { skip },
  async (t) => {
    const [note, beside] = [
      ana.note({ content: '<p>her own words</p>' }),
      lee.note({ content: '<p>a sign</p>' }),
    ]
    const { page } = await openWindow(t)
    await home.receives(ana, ana.create(note))
    await seesNewest(page, 'her own words')
    const heightOf = async (): Promise<number> =>
      (await post(page, 'her own words').boundingBox())?.height ?? Number.NaN
    const height = await settled(heightOf)
    await home.receives(kai, kai.announce(note.id))
    // What comes after it says that the boost has been told.
    await home.receives(kai, kai.announce(beside.id))
    await seesNewest(page, 'a sign')
    assert.equal(await settled(heightOf), height)
    await page.reload()
    await seesNewest(page, 'a sign')
    await post(page, 'her own words').getByText('Boosted by Kai').waitFor()
  },
)

test('an edit and a deletion elsewhere are seen at once', { skip }, async (t) => {
  const note = kai.note({ content: '<p>first wordng</p>' })
  await home.receives(kai, kai.create(note))
  const { page } = await openWindow(t)
  // The window opens where reading was left; the post is newer.
  await seesNewest(page, 'first wordng')
  await post(page, 'first wordng').waitFor()
  const updated = new Date(Date.now() + 1_000).toISOString()
  await home.receives(kai, kai.update({ ...note, content: '<p>first wording</p>', updated }))
  await post(page, 'first wording').waitFor()
  await home.receives(kai, kai.delete(note.id))
  await post(page, 'first wording').waitFor({ state: 'detached' })
})

test('a hashtag is read and followed, opened by keyboard, and Back finds the place', { skip }, async (t) => {
  const tag = [{ type: 'Hashtag', name: '#ferns', href: `${home.peer.origin}/tags/ferns` }]
  for (let number = 0; number < 12; number += 1) {
    await home.reads(ana, { content: `<p>frond ${number}. #ferns</p>`, tag })
  }
  const { page, problems } = await openWindow(t, '/tags/ferns')
  await page.getByRole('heading', { name: '#ferns' }).waitFor()
  await page.getByRole('button', { name: 'Follow #ferns' }).click()
  await page.getByRole('button', { name: 'Following: stop following #ferns' }).waitFor()
  await readTo(page, 'frond 4.')
  const earlier = await settled(async () => placeOf(page, 'frond 4.'))
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await page.getByRole('heading', { name: 'Home', exact: true }).waitFor()
  await page.goBack()
  await post(page, 'frond 4.').waitFor()
  const later = await settled(async () => placeOf(page, 'frond 4.'))
  assert.ok(Math.abs(later - earlier) <= 2, `it stood at ${earlier} and stands at ${later}`)
  await page.keyboard.press('0')
  await until('the top', async () => (await page.evaluate<number>('scrollY')) === 0)
  await page.keyboard.press('j')
  await page.locator('article:focus').filter({ hasText: 'frond 11.' }).waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await takeScreenshot(page, 'reading-tag')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/posts\/\d+$/)
  assert.deepEqual(problems, [])
})

test('public timelines and lists are pages, empty ones say so', { skip }, async (t) => {
  const owner = await home.owner()
  const list = await owner.call('POST', '/api/v1/lists', { title: 'Botanists' })
  const { page, problems } = await openWindow(t, '/local')
  await page.getByRole('heading', { name: 'Nothing has been written here yet' }).waitFor()
  await page.goto(`${home.origin}/federated`)
  await post(page, 'frond 11.').waitFor()
  await page.goto(`${home.origin}/lists/${String(list['id'])}`)
  await page.getByRole('heading', { name: 'Botanists' }).waitFor()
  await page.getByText('Nothing in this list yet').waitFor()
  assert.deepEqual(await axeFindings(page), [])
  await page.setViewportSize({ width: 320, height: 640 })
  assert.equal(await sidewaysOverflow(page), 0)
  await page.goto(`${home.origin}/lists/1`)
  await page.getByText('This list is no more').waitFor()
  await page.goto(`${home.origin}/links`)
  await page.getByText('No page was named').waitFor()
  assert.deepEqual(problems, [])
})

test('after a long absence a gap is filled from either side, and what is read stays', { skip }, async (t) => {
  await home.reads(ana, { content: '<p>the last that was read</p>' })
  const leftAtMs = Date.now()
  const first = await openWindow(t)
  await seesNewest(first.page, 'the last that was read')
  await until('the home knows the place', async () => {
    const owner = await home.owner()
    const markers = await owner.get('/api/v1/markers?timeline[]=home')
    return markers['home'] !== undefined
  })
  const stored = await first.context.storageState()
  await first.context.close()
  await writesMany(ABSENCE, 'day', leftAtMs)
  const { page, problems } = await openWindow(t, '/home', { storageState: stored })
  await page.getByText(/you left here, \d{1,2}:\d\d/).waitFor()
  await page.getByRole('button', { name: /new posts$/ }).waitFor()
  await seesNewest(page, `day ${ABSENCE - 1}.`)
  const gap = page.getByRole('article', { name: 'Posts are missing here.' })
  await wheelTo(page, gap, { from: 0, to: 500 })
  await scrollRests(page)
  await takeScreenshot(page, 'reading-gap')
  assert.deepEqual(await axeFindings(page), [])
  const above = `day ${ABSENCE - 40}.`
  const earlierAbove = await settled(async () => placeOf(page, above))
  await gap.getByRole('button', { name: 'Load from above' }).click()
  await post(page, `day ${ABSENCE - 41}.`).waitFor({ state: 'attached' })
  const laterAbove = await settled(async () => placeOf(page, above))
  assert.ok(Math.abs(laterAbove - earlierAbove) <= 2, `above: ${earlierAbove} became ${laterAbove}`)
  await wheelTo(page, gap, { from: 0, to: 300 })
  await scrollRests(page)
  const below = await nextBelow(page)
  const earlierBelow = await settled(async () => placeOf(page, below))
  await gap.getByRole('button', { name: 'Load from below' }).click()
  await until('the gap has moved or closed', async () => {
    const box = await boxNow(gap)
    return box === null || box.y < 0
  })
  const laterBelow = await settled(async () => placeOf(page, below))
  assert.ok(Math.abs(laterBelow - earlierBelow) <= 2, `below: ${earlierBelow} became ${laterBelow}`)
  assert.deepEqual(problems, [])
})

/** Words of the first post under the gap. */
async function nextBelow(page: Page): Promise<string> {
  const gap = await page.getByRole('article', { name: 'Posts are missing here.' }).boundingBox()
  for (const article of await page.getByRole('article').all()) {
    const box = await article.boundingBox()
    const words = /day \d+\./.exec((await article.textContent()) ?? '')?.[0]
    if (box !== null && gap !== null && box.y >= gap.y + gap.height - 2 && words !== undefined) return words
  }
  throw new Error('nothing stands under the gap')
}

test(
  'another browser begins where this one has read, also after the home was started anew',
  { skip },
  async (t) => {
    const first = await openWindow(t)
    await seesNewest(first.page, `day ${ABSENCE - 1}.`)
    await readTo(first.page, `day ${ABSENCE - 6}.`)
    await until('the home knows the place', async () => {
      const owner = await home.owner()
      const markers = await owner.get('/api/v1/markers?timeline[]=home')
      const { last_read_id: id } = markers['home'] as unknown as { last_read_id: string }
      const read = await owner.get(`/api/v1/statuses/${id}`)
      return /day 5\d\d\./.test(String(read['content']))
    })
    await first.context.close()
    await home.home.stop()
    await home.home.start()
    await home.reads(ana, { content: '<p>after the restart</p>' })
    const { page } = await openWindow(t)
    await page.getByText(/you left here/).waitFor({ state: 'attached' })
    await page.getByRole('button', { name: /new posts?$/ }).waitFor()
  },
)

test('without the home the window opens and is read, and is whole again afterwards', { skip }, async (t) => {
  const { page, context } = await openWindow(t, '/home', { serviceWorkers: 'allow' })
  await seesNewest(page, 'after the restart')
  await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
  await until('posts are kept', async () =>
    page.evaluate<boolean>(`new Promise((resolve) => {
      const opening = indexedDB.open('homebird')
      opening.onsuccess = () => {
        const asking = opening.result.transaction('kept').objectStore('kept').get('posts')
        asking.onsuccess = () => { resolve(JSON.stringify(asking.result ?? []).includes('after the restart')); opening.result.close() }
      }
      opening.onerror = () => resolve(false)
    })`),
  )
  await home.home.stop()
  const again = await browser.openPage({ context })
  await again.page.goto(`${home.origin}/home`)
  await post(again.page, 'after the restart').waitFor()
  await again.page.getByText(/Your home does not answer. What you write is kept./).waitFor()
  await takeScreenshot(again.page, 'reading-offline')
  await home.home.start()
  await again.page.getByText(/What you write is kept./).waitFor({ state: 'detached' })
  await home.reads(ana, { content: '<p>back again</p>' })
  await seesNewest(again.page, 'back again')
  assert.deepEqual(
    again.problems.filter((problem) => problem.startsWith('script')),
    [],
  )
})

test('signing out leaves nothing of the home in the browser', { skip }, async () => {
  const { page, context } = await browser.openPage({ serviceWorkers: 'allow' })
  await home.enters(page)
  await page.getByRole('article').first().waitFor()
  await page.getByRole('link', { name: 'You', exact: true }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
  const kept = await page.evaluate<number>(`new Promise((resolve) => {
    const opening = indexedDB.open('homebird')
    opening.onsuccess = () => {
      const asking = opening.result.transaction('kept').objectStore('kept').count()
      asking.onsuccess = () => resolve(asking.result)
    }
  })`)
  assert.equal(kept, 0)
  await context.close()
})

test('notifications on this device are asked for only when the switch is pressed', { skip }, async (t) => {
  const { page, context, problems } = await openWindow(t, '/you', { serviceWorkers: 'allow' })
  const control = page.getByRole('switch', { name: /Notifications on this device/ })
  await control.waitFor()
  assert.notEqual(await page.evaluate<string>('Notification.permission'), 'granted')
  await context.grantPermissions(['notifications'], { origin: home.origin })
  await page.reload()
  await control.waitFor()
  await until('it can be pressed', async () => control.isEnabled())
  assert.deepEqual(problems, [])
})
