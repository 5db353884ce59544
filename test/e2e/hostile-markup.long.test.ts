/**
 * Hostile markup through everything that others can write: content, warnings, titles, names, biographies, fields, options
 * of polls, emoji, descriptions of pictures. It is shown in a real browser, in the window and on public pages, and
 * nothing runs: an attempt that only the content policy stopped counts as one that ran.
 */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { LINK_ATTACKS, MUTATION_ATTACKS, PLAIN_ATTACKS } from '../fixtures/attacks.ts'
import {
  type TestBrowser,
  type TestPage,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
} from '../support/browser.ts'
import { until } from '../support/until.ts'
import { furtherDown } from '../support/wheel.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
const LINKS = LINK_ATTACKS.map((target) => `<a href="${target}">here</a>`)
const ATTACKS = [...PLAIN_ATTACKS, ...LINKS, ...MUTATION_ATTACKS]
const MINUTE_MS = 60_000

let browser: TestBrowser
let home: WindowHome
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  await sendAll()
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = { cookies: (await context.storageState()).cookies, origins: [] }
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

const at = (place: number): string => ATTACKS[place % ATTACKS.length] ?? ''

/** One post for each attack; whatever else it has holds the ones that follow. */
function noteOf(place: number): Record<string, unknown> {
  const common = {
    published: new Date(Date.now() - (ATTACKS.length - place) * MINUTE_MS).toISOString(),
    content: `<p>mark${place}.</p>${at(place)}`,
    tag: [
      { type: 'Hashtag', name: `#${at(place + 1)}`, href: at(place + 2) },
      { type: 'Emoji', name: `:x${place}:`, icon: { type: 'Image', url: `javascript:alert(${place})` } },
      { type: 'Emoji', name: at(place + 3), icon: { type: 'Image', url: 'https://peer.example/x.png' } },
    ],
    attachment: [
      { type: 'Document', mediaType: 'image/png', url: 'https://peer.example/x.png', name: at(place + 4) },
      {
        type: 'Document',
        mediaType: 'image/svg+xml',
        url: 'https://peer.example/x.svg',
        name: at(place + 5),
      },
    ],
  }
  if (place % 7 === 1) return { ...common, type: 'Article', name: at(place + 6), url: at(place + 7) }
  if (place % 7 === 2) {
    const option = (more: number): object => ({ type: 'Note', name: `${more} ${at(place + more)}` })
    return { ...common, type: 'Question', oneOf: [option(1), option(2)], endTime: '2099-01-01T00:00:00Z' }
  }
  return common
}

async function sendAll(): Promise<void> {
  const { peer } = home
  peer.answers('/x.svg', () => ({
    headers: { 'content-type': 'image/svg+xml' },
    body: '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  }))
  const mallory = peer.actor('mallory', {
    document: {
      name: PLAIN_ATTACKS.slice(0, 30).join(''),
      summary: ATTACKS.join('<br>'),
      attachment: MUTATION_ATTACKS.map((value, place) => ({
        type: 'PropertyValue',
        name: at(place),
        value,
      })),
    },
  })
  await home.follows(mallory)
  for (let place = 0; place < ATTACKS.length; place += 1) {
    await home.receives(mallory, mallory.create(mallory.note(noteOf(place))))
  }
  const warned = MUTATION_ATTACKS.map((summary, place) => ({ content: `<p>warned${place}</p>`, summary }))
  for (const facts of warned) await home.receives(mallory, mallory.create(mallory.note(facts)))
  const owner = await home.owner()
  await until(
    'the last one has arrived',
    async () =>
      (await owner.homeTimeline(1)).some(({ content }) =>
        String(content).includes(`warned${warned.length - 1}`),
      ),
    60_000,
  )
}

async function open(t: TestContext, url: string): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: session, viewport: { width: 900, height: 1_400 } })
  t.after(async () => opened.context.close())
  await opened.page.addInitScript('window.ran = []; window.alert = (what) => window.ran.push(String(what))')
  await opened.page.goto(url)
  return opened
}

async function assertNothingRan({ page, problems }: TestPage): Promise<void> {
  assert.deepEqual(await page.evaluate('window.ran'), [])
  assert.deepEqual(problems, [])
  const bad = await page.evaluate<string[]>(`
    [...document.querySelectorAll('*')].flatMap((one) => [...one.attributes]
      .filter(({ name, value }) => name.startsWith('on') || /^\\s*(javascript|vbscript|data:text)/i.test(value))
      .map(({ name, value }) => one.tagName + ' ' + name + '=' + value))`)
  assert.deepEqual(bad, [])
  assert.equal(page.url().startsWith('http://127.0.0.1'), true)
}

async function showAll(page: Page, isWhole: (words: string) => boolean): Promise<string> {
  let words = ''
  await page.getByRole('article').first().waitFor()
  return until(
    'every post was on the screen',
    async () => {
      words += (await page.getByRole('article').allTextContents()).join('\n')
      if (isWhole(words)) return words
      for (const more of await page.getByRole('button', { name: /^Show/ }).all()) {
        await more.click({ timeout: 200 }).catch(() => undefined)
      }
      await furtherDown(page)
      return null
    },
    180_000,
  )
}

test('the window shows every hostile post, and nothing runs', { skip }, async (t) => {
  const opened = await open(t, `${home.origin}/home`)
  await showAll(opened.page, (words) => ATTACKS.every((_, place) => words.includes(`mark${place}.`)))
  await assertNothingRan(opened)
})

test('a hostile profile is shown in the window, and nothing runs', { skip }, async (t) => {
  const opened = await open(t, `${home.origin}/search?q=${encodeURIComponent('@mallory@peer.example')}`)
  await opened.page.getByRole('button', { name: /^Following/ }).waitFor()
  await assertNothingRan(opened)
})

test('what the owner writes is text, on public pages too, and nothing runs', { skip }, async (t) => {
  const owner = await home.owner()
  await owner.call('PATCH', '/api/v1/accounts/update_credentials', {
    display_name: PLAIN_ATTACKS[0],
    note: ATTACKS.slice(0, 12).join('\n').slice(0, 480),
    fields_attributes: MUTATION_ATTACKS.slice(0, 4).map((value) => ({
      name: at(0).slice(0, 200),
      value: value.slice(0, 200),
    })),
  })
  const post = await owner.writes(ATTACKS.join('\n').slice(0, 4_900), { spoiler_text: at(2).slice(0, 90) })
  const page = new URL(String(post['url'])).pathname
  const address = `http://127.0.0.1:${home.home.publicPort}`
  for (const path of ['/@robin', page]) {
    const opened = await browser.openPage({ extraHTTPHeaders: {} })
    t.after(async () => opened.context.close())
    await opened.page.addInitScript('window.ran = []; window.alert = (what) => window.ran.push(String(what))')
    await opened.page.route('**/*', async (route) => {
      // The home answers under its own name only.
      const { status, headers, bytes } = await home.home.ask(new URL(route.request().url()).pathname)
      const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
      await route.fulfill({ status, headers: sent, body: bytes })
    })
    await opened.page.goto(`${address}${path}`)
    assert.match(await opened.page.content(), /robin/)
    await assertNothingRan(opened)
  }
})

interface ShownPost {
  readonly height: number
  readonly headerHeight: number
  readonly isApart: boolean
  readonly handleWidth: number
  readonly images: number
}

test(
  'names and texts made to break a page stay in their lines, and the handle is seen',
  { skip },
  async (t) => {
    const { peer } = home
    const eve = peer.actor('eve', {
      document: { name: `Bob @bob@trusted.example \u202e\u2067${'e\u0301\u0316\u0334'.repeat(60)}` },
    })
    await home.follows(eve)
    const emoji = { type: 'Emoji', name: ':z:', icon: { type: 'Image', url: 'https://peer.example/z.png' } }
    await home.reads(
      eve,
      { content: `<p>many ${':z: '.repeat(3_000)}</p>`, tag: [emoji] },
      { content: `<p>tall a${'\u0300'.repeat(10_000)}</p><p>${'w'.repeat(100_000)}</p>`, summary: '' },
      { content: `<p>quiet</p>`, summary: `\u202e${'m\u0336'.repeat(200)}` },
    )
    const opened = await open(t, `${home.origin}/home`)
    const { page } = opened
    await page.setViewportSize({ width: 320, height: 900 })
    await page.getByRole('article').first().waitFor()
    await until('the newest are on the screen', async () => {
      await page.keyboard.press('.')
      return page.getByRole('article').filter({ hasText: 'many' }).first().isVisible()
    })
    const look = async (): Promise<ShownPost[]> =>
      page.evaluate<ShownPost[]>(`[...document.querySelectorAll('article')]
    .filter((one) => one.textContent.includes('@eve@peer.example'))
    .map((one) => {
      const header = one.querySelector('header')
      const [name, handle] = [...header.querySelectorAll('bdi')].map((part) => part.getBoundingClientRect())
      return {
        height: one.getBoundingClientRect().height,
        headerHeight: header.getBoundingClientRect().height,
        isApart: name.right <= handle.left + 1,
        handleWidth: handle.width,
        images: one.querySelectorAll('img').length,
      }
    })`)
    const shown = await until('several of them are on the screen', async () => {
      const posts = await look()
      return posts.length >= 2 ? posts : null
    })
    for (const one of shown) {
      assert.ok(one.height < 1_200 && one.headerHeight < 60, JSON.stringify(one))
      assert.ok(one.isApart && one.handleWidth >= 40, JSON.stringify(one))
      assert.ok(one.images <= 210, JSON.stringify(one))
    }
    assert.equal(await sidewaysOverflow(page), 0)
    await assertNothingRan(opened)
  },
)

test('an attempt would be noticed', { skip }, async (t) => {
  const opened = await open(t, `${home.origin}/home`)
  await opened.page.getByRole('navigation').waitFor()
  await assertNothingRan(opened)
  await opened.page.evaluate(`{
    const link = document.createElement('a')
    link.setAttribute('href', 'javascript:alert(1)')
    document.body.append(link)
  }`)
  await assert.rejects(async () => assertNothingRan(opened), /A href=javascript:alert/)
})
