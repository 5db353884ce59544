/**
 * What nobody should send, in a real browser: posts made to break the page, and answers that no home gives. Each hostile post
 * stands between two plain ones: nothing runs, nothing is asked of another host, nothing scrolls sideways, and not one pixel of
 * the plain ones changes.
 */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { Locator, Page, Route } from 'playwright-core'
import { answerHomeTimeline } from '../support/answered-timeline.ts'
import {
  type TestBrowser,
  type TestPage,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
} from '../support/browser.ts'
import {
  type Facts,
  TOWER,
  TURNED,
  UNSEEN,
  WORD,
  brokenPosts,
  extremePosts,
} from '../support/hostile-posts.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser

let browser: TestBrowser
let home: WindowHome
let session: Awaited<ReturnType<TestPage['context']['storageState']>>
let plain: Facts

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  const ana = home.peer.actor('ana', { document: { name: 'Ana' } })
  await home.follows(ana)
  await home.reads(ana, { content: '<p>plain</p>' })
  ;[plain = ({} as Facts)] = await (await home.owner()).homeTimeline(1)
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = { cookies: (await context.storageState()).cookies, origins: [] }
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

/** Above and below what is tried. */
const above = (): Facts => ({ ...plain, id: '999999', content: '<p>mark_above.</p>' })
const below = (): Facts => ({ ...plain, id: '1', content: '<p>mark_below.</p>' })

interface Watched extends TestPage {
  /** What was asked of anybody but the home. */
  readonly foreign: string[]
}

async function openWindow(t: TestContext, viewport: { width: number; height: number }): Promise<Watched> {
  const opened = await browser.openPage({ storageState: session, viewport, serviceWorkers: 'block' })
  t.after(async () => opened.context.close())
  const foreign: string[] = []
  opened.page.on('request', (request) => {
    if (!request.url().startsWith(home.origin) && !/^(?:data|blob):/.test(request.url()))
      foreign.push(request.url())
  })
  await opened.page.addInitScript('window.ran = []; window.alert = (what) => window.ran.push(String(what))')
  return { ...opened, foreign }
}

async function assertHarmless({ page, problems, foreign }: Watched, name: string): Promise<void> {
  assert.deepEqual(await page.evaluate('window.ran'), [], name)
  assert.deepEqual(problems, [], name)
  assert.deepEqual(foreign, [], name)
  assert.equal(await sidewaysOverflow(page), 0, `${name} scrolls sideways`)
  assert.equal(
    await page.locator('article :is(script, style, form, iframe, object, embed, svg script)').count(),
    0,
    name,
  )
}

const drawn = (id: string, isDrawn: boolean): string =>
  `document.querySelector('article[data-entry-id="${id}"]').style.visibility = '${isDrawn ? '' : 'hidden'}'`

/** Runs in a page: how many pixels of two pictures are clearly not the same. */
const DIFFERENCE = `async ([one, other]) => {
  const pixelsOf = async (picture) => {
    const image = new Image()
    image.src = 'data:image/png;base64,' + picture
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')
    canvas.drawImage(image, 0, 0)
    return canvas.getImageData(0, 0, image.width, image.height).data
  }
  const [a, b] = [await pixelsOf(one), await pixelsOf(other)]
  return a.length === b.length ? a.filter((value, place) => Math.abs(value - b[place]) > 48).length : Infinity
}`

/** The plain posts look the same, whether the hostile one is drawn or not. */
async function assertOthersUntouched(page: Page, id: string, name: string): Promise<void> {
  for (const words of ['mark_above.', 'mark_below.']) {
    const other = page.getByRole('article').filter({ hasText: words })
    await other.scrollIntoViewIfNeeded()
    // The pill of new posts and the clock may change one picture; what is drawn over it changes every pair.
    let different = Number.POSITIVE_INFINITY
    for (let pair = 0; pair < 10 && different > 0; pair += 1) {
      const pictures = [await pictureOf(page, other, id, true), await pictureOf(page, other, id, false)]
      different = await page.evaluate<number>(`(${DIFFERENCE})(${JSON.stringify(pictures)})`)
    }
    await page.evaluate(drawn(id, true))
    assert.equal(different, 0, `${name} is drawn over its neighbour`)
  }
}

async function pictureOf(page: Page, other: Locator, id: string, isDrawn: boolean): Promise<string> {
  await page.evaluate(drawn(id, isDrawn))
  return (await other.screenshot({ animations: 'disabled' })).toString('base64')
}

/** A post with twenty options is as high as they are. */
const mostPixels = (name: string): number => (name.startsWith('poll') ? 5_000 : 1_400)

test('a post made to break the page stays in its own lines', { skip }, async (t) => {
  const opened = await openWindow(t, { width: 320, height: 7_000 })
  const { page } = opened
  for (const [name, post] of extremePosts(plain)) {
    await t.test(name, async () => {
      await answerHomeTimeline(page, JSON.stringify([above(), post, below()]))
      await page.goto(`${home.origin}/home`)
      await page.getByText('mark_above.').waitFor()
      await page.getByText('mark_below.').waitFor()
      const article = page.locator(`article[data-entry-id="${String(post['id'])}"]`)
      await article.waitFor()
      const height = await article.evaluate((element) => element.getBoundingClientRect().height)
      assert.ok(height < mostPixels(name), `${name} is ${height} px high`)
      await assertOthersUntouched(page, String(post['id']), name)
      await assertHarmless(opened, name)
      for (const more of await article.getByRole('button', { name: /^Show/ }).all()) await more.click()
      await assertHarmless(opened, `${name}, opened`)
    })
  }
})

test('an answer that is broken harms no other post', { skip }, async (t) => {
  const all = [...brokenPosts(plain)]
  for (let start = 0; start < all.length; start += 40) {
    const some = all.slice(start, start + 40)
    const opened = await openWindow(t, { width: 320, height: 16_000 })
    const { page } = opened
    const posts = [above(), ...some.map(([, post]) => post), null, 5, 'post', {}, below()]
    await answerHomeTimeline(page, JSON.stringify(posts))
    await page.goto(`${home.origin}/home`)
    const names = some.map(([name]) => name).join(' ')
    await page.getByText('mark_above.').waitFor()
    await page.getByText('mark_below.').waitFor()
    assert.equal(await page.getByRole('heading', { name: 'This page could not be shown' }).count(), 0, names)
    // React says on the console what fell.
    const problems = opened.problems.filter((problem) => problem.startsWith('script'))
    await assertHarmless({ ...opened, problems }, names)
    await opened.context.close()
  }
})

/** Pages that ask the home for something, each with other routes. */
const ASKING = [
  '/home',
  '/notifications',
  '/mentions',
  '/lists',
  '/lists/1',
  '/bookmarks',
  '/followed-hashtags',
  '/filters',
  '/search?q=x',
  '/posts/1',
  '/people/1',
  '/people/1/followers',
  '/tags/x',
  '/drafts',
  '/scheduled',
  '/sign-in',
  '/settings/profile',
  '/settings/privacy',
  '/identities',
  '/reports',
  '/block-lists',
  '/imports',
  '/status',
  '/status/work',
  '/logs',
  '/inspector',
  '/storage',
  '/doctor',
]

type Answer = Parameters<Route['fulfill']>[0]

const html = '<!doctype html><title>502</title><script>alert(1)</script><h1>Bad gateway</h1>'
const ANSWERS: Readonly<Record<string, Answer | 'cut'>> = {
  'a page instead of facts': { status: 200, contentType: 'text/html', body: html },
  'a failure of the home': { status: 500, contentType: 'text/html', body: html },
  'facts that are cut short': { status: 200, contentType: 'application/json', body: '[{"id":"1","acc' },
  'nothing at all': { status: 200, contentType: 'application/json', body: '' },
  'a way to another host': { status: 302, headers: { location: 'https://evil.example/' } },
  'a line that falls': 'cut',
}

/** Who sits there is answered as ever; all else is answered so. */
async function answerAll(page: Page, answer: Answer | 'cut'): Promise<void> {
  await page.route(/\/api\//, async (route) => {
    if (new URL(route.request().url()).pathname === '/api/homebird/v1/state') return route.continue()
    return answer === 'cut' ? route.abort('connectionreset') : route.fulfill(answer)
  })
}

test('whatever the home answers, every page says in words that it failed', { skip }, async (t) => {
  for (const [name, answer] of Object.entries(ANSWERS)) {
    await t.test(name, async (inner) => {
      const opened = await openWindow(inner, { width: 1_280, height: 900 })
      const { page } = opened
      await answerAll(page, answer)
      await page.goto(`${home.origin}/home`)
      await page.getByRole('navigation').first().waitFor()
      for (const path of ASKING) {
        await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`)
        await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
        const fallen = await page.getByRole('heading', { name: 'This page could not be shown' }).count()
        assert.equal(fallen, 0, `${path} fell over ${name}`)
      }
      const problems = opened.problems.filter((problem) => problem.startsWith('script'))
      await assertHarmless({ ...opened, problems }, name)
    })
  }
})

test('a live line that talks nonsense takes nothing away', { skip }, async (t) => {
  const opened = await openWindow(t, { width: 1_280, height: 900 })
  const { page } = opened
  const events = ['update', 'status.update', 'notification', 'conversation', 'delete', 'filters_changed', 'x']
  const data = [
    '',
    'null',
    '{',
    '[]',
    '5',
    '{"id":"1"}',
    '{"id":"1","account":null}',
    JSON.stringify({ id: '7', type: 'none', account: {} }),
  ]
  const nonsense = events
    .flatMap((event) => data.map((what) => `event: ${event}\ndata: ${what}\n\n`))
    .join('')
  await page.route(/\/api\/v1\/streaming\/user/, async (route) => {
    await route.fulfill({
      contentType: 'text/event-stream',
      body: `\u0000\n:${nonsense}${nonsense}data: never ended`,
    })
  })
  await page.goto(`${home.origin}/home`)
  await page.getByRole('article').filter({ hasText: 'plain' }).waitFor()
  for (const path of ['/notifications', '/mentions', '/home']) {
    await page.evaluate(`history.pushState(null, '', '${path}')`)
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
    assert.equal(await page.getByRole('heading', { name: 'This page could not be shown' }).count(), 0, path)
  }
  await page.getByRole('article').filter({ hasText: 'plain' }).waitFor()
  await assertHarmless(opened, 'nonsense')
})

test('a person made to break the page stays within it', { skip }, async (t) => {
  const opened = await openWindow(t, { width: 320, height: 4_000 })
  const { page } = opened
  const account = plain['account'] as Facts
  const person = {
    ...account,
    display_name: `${TURNED}${WORD}`,
    note: `<p>${TOWER}</p><p>${WORD}</p>`,
    created_at: 'never',
    last_status_at: '99999-99-99',
    followers_count: 1e15,
    url: 'javascript:alert(1)',
    fields: Array.from({ length: 1_000 }, (_, place) => ({
      name: `${place} ${TURNED}${WORD.slice(0, 1_000)}`,
      value: `<a href="javascript:alert(1)">${TOWER.slice(0, 1_000)}</a> ${WORD.slice(0, 1_000)}`,
      verified_at: 'never',
    })),
  }
  await page.route(/\/api\/v1\/accounts\/\d+$/, async (route) => route.fulfill({ json: person }))
  await page.route(/\/api\/v1\/accounts\/\d+\/(?:followers|following)/, async (route) => {
    const unseen = { ...person, id: '98', display_name: UNSEEN, username: 'unseen', note: '' }
    await route.fulfill({
      json: [{ ...person, id: '99' }, unseen, { ...account, id: '97', display_name: 'Plain' }],
    })
  })
  await page.goto(`${home.origin}/people/${String(account['id'])}`)
  await page.getByRole('button', { name: 'Show all 1,000 fields' }).waitFor()
  const height = await page
    .locator('dl')
    .first()
    .evaluate((element) => element.getBoundingClientRect().height)
  assert.ok(height < 12_000, `the fields are ${height} px high`)
  await assertHarmless(opened, 'profile')
  await page.goto(`${home.origin}/people/${String(account['id'])}/followers`)
  await page.getByText('Plain').waitFor()
  await page.getByRole('article', { name: 'unseen' }).waitFor()
  await assertHarmless(opened, 'followers')
})
