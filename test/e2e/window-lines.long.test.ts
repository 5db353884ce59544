/**
 * The window over a line that is slow, cut, without end, late or that talks garbage by the thousand: there is always a state in
 * words, what was typed stays, and the page lives.
 */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import {
  type BadLine,
  type Fault,
  cutShort,
  endlessHead,
  half,
  held,
  limited,
  openBadLine,
  otherType,
  redirectLoop,
  trickle,
} from '../support/bad-line.ts'
import { type TestBrowser, type TestPage, noBrowser, openBrowser } from '../support/browser.ts'
import { fieldHolds } from '../support/fields.ts'
import type { HomeClient } from '../support/home-client.ts'
import type { Facts } from '../support/hostile-posts.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser
let home: WindowHome
let owner: HomeClient
let line: BadLine
let session: Awaited<ReturnType<TestPage['context']['storageState']>>
let plain: Facts

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  line = await openBadLine(home.home.privatePort)
  owner = await home.owner()
  await owner.call('PATCH', '/api/homebird/v1/preferences', { holdSeconds: 0 })
  plain = await owner.writes('my own words')
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = { cookies: (await context.storageState()).cookies, origins: [] }
  await context.close()
})
after(async () => {
  await browser?.close()
  await line?.close()
  await home?.close()
})

async function openWindow(t: TestContext, path = '/home'): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: session, serviceWorkers: 'block' })
  t.after(async () => {
    line.faults.clear()
    await opened.context.close()
  })
  await opened.page.goto(`${line.origin}${path}`)
  await opened.page.getByRole('navigation').first().waitFor()
  return opened
}

const scriptsOf = ({ problems }: TestPage): string[] =>
  problems.filter((problem) => problem.startsWith('script'))
const article = (page: Page, words: string): Locator => page.getByRole('article').filter({ hasText: words })
const text = (page: Page): Locator => page.getByLabel('Text', { exact: true })

const FAULTS: Readonly<Record<string, Fault>> = {
  'a body that is cut': half,
  'half an answer': cutShort,
  'headers without end': endlessHead,
  'a way in a circle': redirectLoop,
  'a page of somebody else': otherType,
  'a limit of a thousand years': limited(429, '31536000000'),
  'a rest of a number that is none': limited(503, '1e400'),
}

test(
  'what the line does to a page is said in words, and one press later it is whole',
  { skip },
  async (t) => {
    const id = String(plain['id'])
    const pages: [string, RegExp][] = [
      ['/bookmarks', /^GET \/api\/v1\/bookmarks/],
      [`/posts/${id}`, /^GET \/api\/v1\/statuses\//],
      ['/lists', /^GET \/api\/v1\/lists/],
    ]
    for (const [name, fault] of Object.entries(FAULTS)) {
      await t.test(name, async (inner) => {
        const opened = await openWindow(inner)
        const { page } = opened
        for (const [path, pattern] of pages) {
          line.faults.set(pattern, fault)
          await page.evaluate(`history.pushState(null, '', '${path}')`)
          const alert = page.getByRole('main').getByRole('alert').first()
          await alert.waitFor()
          assert.match((await alert.textContent()) ?? '', /\p{L}{3,} \p{L}{2,}/u, path)
          assert.doesNotMatch(
            (await alert.locator('p').textContent()) ?? '',
            /1e|31,?536|undefined|NaN|\[object/,
          )
          line.faults.clear()
          await alert.getByRole('button', { name: 'Try again' }).click()
          await alert.waitFor({ state: 'detached' })
        }
        assert.deepEqual(scriptsOf(opened), [])
      })
    }
  },
)

const countOf = async (words: string): Promise<number> =>
  (await owner.homeTimeline(40)).filter(({ content }) => String(content).includes(words)).length

test('what was typed stays, whatever becomes of its sending, and is sent once', { skip }, async (t) => {
  const opened = await openWindow(t)
  const { page } = opened
  for (const [name, fault] of Object.entries(FAULTS)) {
    const words = `Kept over ${name}`
    await text(page).fill(words)
    line.faults.set(/^(?:POST|PUT|PATCH) \/api\/(?:v1\/statuses|homebird\/v1\/drafts)/, fault)
    await text(page).press('Control+Enter')
    await page.getByRole('alert').first().waitFor()
    await fieldHolds(text(page), words)
    line.faults.clear()
    // What is said meanwhile may be of the draft; the sending itself has ended once its button is at rest.
    await page.getByRole('form').getByRole('button', { name: 'Post', exact: true, disabled: false }).waitFor()
    await text(page).press('Control+Enter')
    await until(`${name} is posted`, async () => (await text(page).inputValue()) === '')
    // The home has it, and writes it a moment later.
    await until(`${name} is read`, async () => (await countOf(words)) > 0)
  }
  for (const name of Object.keys(FAULTS)) assert.equal(await countOf(`Kept over ${name}`), 1, name)
  assert.deepEqual(scriptsOf(opened), [])
})

test('an answer that comes byte by byte is shown when it is whole', { skip }, async (t) => {
  const opened = await openWindow(t, '/lists')
  const { page } = opened
  line.faults.set(
    /^GET \/api\/v1\/bookmarks/,
    trickle(JSON.stringify([{ ...plain, content: '<p>came byte by byte</p>' }])),
  )
  await page.evaluate(`history.pushState(null, '', '/bookmarks')`)
  await article(page, 'came byte by byte').waitFor()
  assert.deepEqual(scriptsOf(opened), [])
})

test('an answer that comes after its page is gone is shown nowhere', { skip }, async (t) => {
  const opened = await openWindow(t)
  const { page } = opened
  const late = held()
  line.faults.set(/^GET \/api\/v1\/bookmarks/, late.fault)
  await owner.call('POST', `/api/v1/statuses/${String(plain['id'])}/bookmark`)
  await page.evaluate(`history.pushState(null, '', '/bookmarks')`)
  await until('it is asked for', () => late.count() > 0)
  await page.evaluate(`history.pushState(null, '', '/lists')`)
  await page.getByRole('heading', { level: 1, name: 'Lists' }).waitFor()
  late.release()
  await page.evaluate(`fetch('/api/v1/bookmarks').then((answer) => answer.text())`)
  assert.equal(await page.getByRole('main').getByText('my own words').count(), 0)
  assert.deepEqual(scriptsOf(opened), [])
})

test(
  'who searches again is shown what they search for now, whichever answer comes last',
  { skip },
  async (t) => {
    const opened = await openWindow(t, '/search?q=slowword')
    const { page } = opened
    const late = held()
    const answer = (words: string): Fault =>
      trickle(
        JSON.stringify({
          accounts: [],
          hashtags: [],
          statuses: [{ ...plain, content: `<p>found ${words}</p>` }],
        }),
      )
    line.faults.set(/^GET \/api\/v2\/search.*q=first/, late.fault)
    line.faults.set(/^GET \/api\/v2\/search.*q=second/, answer('second'))
    await page.evaluate(`history.pushState(null, '', '/search?q=first')`)
    await until('the first is asked for', () => late.count() > 0)
    await page.evaluate(`history.pushState(null, '', '/search?q=second')`)
    await article(page, 'found second').waitFor()
    line.faults.delete([...line.faults.keys()][0] as RegExp)
    line.faults.set(/^GET \/api\/v2\/search.*q=first/, answer('first'))
    late.release()
    await page.evaluate(`fetch('/api/v2/search?q=first').then((answer) => answer.text())`)
    await article(page, 'found second').waitFor()
    assert.equal(await article(page, 'found first').count(), 0)
    assert.deepEqual(scriptsOf(opened), [])
  },
)

/** Bytes of the page's own heap, after what is not needed was thrown away. */
async function heapOf({ page, context }: TestPage): Promise<number> {
  const devtools = await context.newCDPSession(page)
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return usedSize
}

async function assertAlive(opened: TestPage, name: string): Promise<void> {
  const { page } = opened
  await text(page).fill(`typed during ${name}`)
  await fieldHolds(text(page), `typed during ${name}`)
  await text(page).fill('')
  const polluted = await page.evaluate<unknown>(`[Object.keys(Object.prototype), ({}).polluted ?? null]`)
  assert.deepEqual(polluted, [[], null], name)
  assert.equal(await page.getByRole('heading', { name: 'This page could not be shown' }).count(), 0, name)
  assert.deepEqual(scriptsOf(opened), [], name)
}

const EVENTS = 10_000
/** A net, no expectation. */
const FLOOD_MS = 240_000

function flood(): string {
  const parts: string[] = []
  for (let number = 0; number < EVENTS; number += 1) {
    const id = String(200_000_000_000_000_000n + BigInt(number))
    const post = { ...plain, id, uri: `https://peer.example/${id}`, content: `<p>flood ${number}</p>` }
    const poisoned = JSON.stringify(post).replace(
      '{',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
    )
    parts.push(`event: update\ndata: ${poisoned}\n\n`)
    if (number % 10 === 0) parts.push(`event: __proto__\ndata: {}\n\nevent: constructor\ndata: ${id}\n\n`)
    if (number % 3 === 0) parts.push(`event: delete\ndata: ${id}\n\n`)
    if (number % 100 === 0) parts.push(`event: update\ndata: ${'['.repeat(20_000)}\n\n`)
  }
  return parts.join('')
}

test('ten thousand events at once leave the page alive and its memory bounded', { skip }, async (t) => {
  const opened = await openWindow(t)
  const { page } = opened
  await article(page, 'my own words').waitFor()
  const former = await heapOf(opened)
  const body = flood()
  let floods = 0
  line.faults.set(/^GET \/api\/v1\/streaming\/user/, (_request, response) => {
    floods += 1
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(floods <= 2 ? body : ': quiet\n\n')
    if (floods <= 2) response.end()
  })
  await page.reload()
  await until('both floods came', () => floods > 2, FLOOD_MS)
  await assertAlive(opened, 'a flood')
  assert.ok((await page.getByRole('article').count()) <= 60)
  const grown = (await heapOf(opened)) - former
  assert.ok(grown < 80_000_000, `the heap grew by ${grown} bytes`)
})

test(
  'a socket of garbage, huge frames and odd closing codes is opened again, and the page lives',
  { skip },
  async (t) => {
    const opened = await browser.openPage({ storageState: session, serviceWorkers: 'block' })
    t.after(async () => opened.context.close())
    const { page } = opened
    const codes = [1002, 1003, 1007, 1009, 1011, 1013, 3000, 4000, 4999]
    let sockets = 0
    await page.routeWebSocket(/\/api\/v1\/streaming/, async (socket) => {
      const code = codes[sockets]
      sockets += 1
      const post = JSON.stringify({ ...plain, content: '<p>changed</p>' })
      for (let number = 0; number < 1_000; number += 1) {
        socket.send(JSON.stringify({ stream: ['public:local'], event: 'status.update', payload: post }))
        socket.send(
          JSON.stringify({ stream: ['public:local'], event: 'delete', payload: `stranger ${number}` }),
        )
        socket.send(`{"__proto__":{"polluted":1},"stream":["__proto__"],"event":"constructor","payload":"x"}`)
      }
      socket.send('['.repeat(100_000))
      socket.send('x'.repeat(8_000_000))
      socket.send(Buffer.alloc(1_000_000))
      for (const payload of [null, 5, {}, ['x']])
        socket.send(JSON.stringify({ stream: ['public:local'], event: 'update', payload }))
      if (code !== undefined) await socket.close({ code })
    })
    await page.goto(`${home.origin}/local`)
    await page.getByRole('article').first().waitFor()
    // Each closing is waited after longer than the one before: three are enough to see that it does not give up.
    await until('it is opened again', () => sockets >= 3, FLOOD_MS)
    await page.evaluate(`history.pushState(null, '', '/home')`)
    await article(page, 'changed').waitFor()
    await assertAlive(opened, 'garbage')
  },
)
