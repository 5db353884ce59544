/**
 * Hostile peers before the open window: rings of quotes and of replies that came in by the inbox, entities whose every address runs
 * something, names that every object has, masses and moments that are none.
 */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { answerHomeTimeline } from '../support/answered-timeline.ts'
import { type TestBrowser, type TestPage, noBrowser, openBrowser } from '../support/browser.ts'
import type { HomeClient } from '../support/home-client.ts'
import type { FakeActor } from '../support/fake-peer.ts'
import type { Facts } from '../support/hostile-posts.ts'
import { ADDRESSES, quotedDeep, richPost, withAddress } from '../support/poisoned-posts.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser

let browser: TestBrowser
let home: WindowHome
let owner: HomeClient
let ana: FakeActor
let plain: Facts
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  owner = await home.owner()
  ana = home.peer.actor('ana', { document: { name: 'Ana' } })
  await home.follows(ana)
  await home.reads(ana, { content: '<p>plain</p>' })
  ;[plain = ({} as Facts)] = await owner.homeTimeline(1)
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = { cookies: (await context.storageState()).cookies, origins: [] }
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

/** So high that every post of a test is drawn. */
const TALL = { width: 1_280, height: 16_000 }

async function openWindow(t: TestContext, path = '/home'): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: session, serviceWorkers: 'block', viewport: TALL })
  t.after(async () => opened.context.close())
  const { page } = opened
  await page.addInitScript('window.ran = []; window.alert = (what) => window.ran.push(String(what))')
  await page.goto(`${home.origin}${path}`)
  await page.getByRole('navigation').first().waitFor()
  return opened
}

const scriptsOf = ({ problems }: TestPage): string[] =>
  problems.filter((problem) => problem.startsWith('script'))

/** By its address, as somebody pastes it: what answers strangers stands in no timeline. */
async function idOf(uri: string): Promise<string> {
  return until(`${uri} is found`, async () => {
    const found = await owner.get(`/api/v2/search?resolve=true&type=statuses&q=${encodeURIComponent(uri)}`)
    const [post] = [...(found['statuses'] ?? [])]
    return post === undefined ? null : String(post['id'])
  })
}

const quoting = (uri: string): object => ({ quoteUrl: uri, quoteUri: uri, quote: uri, _misskey_quote: uri })

test('quotes that lead round, and replies that lead round, are shown once and end', { skip }, async (t) => {
  const at = (name: string): string => `${ana.uri}/posts/${name}`
  const notes = [
    { id: at('own-quote'), content: '<p>quotes itself</p>', ...quoting(at('own-quote')) },
    { id: at('ring-one'), content: '<p>ring one</p>', ...quoting(at('ring-two')) },
    { id: at('ring-two'), content: '<p>ring two</p>', ...quoting(at('ring-one')) },
    { id: at('own-reply'), content: '<p>answers itself</p>', inReplyTo: at('own-reply') },
    { id: at('loop-one'), content: '<p>loop one</p>', inReplyTo: at('loop-two') },
    { id: at('loop-two'), content: '<p>loop two</p>', inReplyTo: at('loop-one') },
  ].map((facts) => ana.note(facts))
  // Both of a ring exist before either is read.
  for (const note of notes) await home.receives(ana, ana.create(note))
  const opened = await openWindow(t)
  const { page } = opened
  for (const note of notes) {
    const id = await idOf(note.id)
    await page.goto(`${home.origin}/posts/${id}`)
    const words = String(note['content']).replaceAll(/<[^>]+>/g, '')
    await page.getByRole('main').getByText(words, { exact: true }).first().waitFor()
    const entries = page.getByRole('main').locator(`article[data-entry-id="${id}"]`)
    assert.ok((await entries.count()) <= 1, words)
    assert.equal(await page.getByRole('heading', { name: 'This page could not be shown' }).count(), 0, words)
  }
  assert.deepEqual(scriptsOf(opened), [])
})

/** The timeline is this post between two plain ones; the text is as the line carries it, so that poison stays in it. */
async function showPosts(page: Page, posts: readonly string[], awaited = 'mark_last.'): Promise<void> {
  await answerHomeTimeline(page, `[${posts.join(',')}]`)
  await page.reload()
  await page.getByText(awaited).first().waitFor()
}

let last = 500_000
function dressed(more: Facts, name: string): Facts {
  last -= 1
  const content = `<p>mark_${name}.</p>${String(more['content'] ?? '')}`
  return { ...plain, ...more, id: String(last), uri: `https://peer.example/${name}`, content }
}
const lastPost = (): string => JSON.stringify({ ...plain, id: '1', content: '<p>mark_last.</p>' })

/** Runs in the page: what leads or loads anything that is neither the home's nor a page of the web opened apart. */
const ODD_PLACES = `[...document.querySelectorAll('[href], [src], [action], [data], [poster], [srcdoc], form, iframe, object, embed')]
  .filter((one) => !one.closest('head'))
  .flatMap((one) => {
    if (/^(IFRAME|OBJECT|EMBED)$/.test(one.tagName)) return [one.outerHTML]
    const address = one.href ?? one.currentSrc ?? one.src ?? ''
    if (typeof address !== 'string' || address === '') return []
    const url = new URL(address, location.href)
    if (url.origin === location.origin || /^(blob|data):/.test(url.protocol) && one.tagName === 'IMG') return []
    const isApart = one.tagName === 'A' && one.target === '_blank' && /noopener/.test(one.rel) && /noreferrer/.test(one.rel)
    return /^https?:$/.test(url.protocol) && isApart ? [] : [one.outerHTML.slice(0, 300)]
  })`

test(
  'whatever stands where an address belongs, nothing runs and nothing is asked of others',
  { skip },
  async (t) => {
    const opened = await openWindow(t)
    const { page } = opened
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(`${home.origin}/`) && !/^(?:data|blob):/.test(request.url()))
        foreign.push(request.url())
    })
    const posts = ADDRESSES.map((address, place) =>
      JSON.stringify(withAddress(dressed(richPost(plain), `address_${place}`), address)),
    )
    for (let start = 0; start < posts.length; start += 4) {
      await showPosts(page, [...posts.slice(start, start + 4), lastPost()])
      assert.deepEqual(await page.evaluate(ODD_PLACES), [])
    }
    for (const [place, address] of ADDRESSES.entries()) {
      const post = withAddress(dressed(richPost(plain), `whole_${place}`), address) as Facts
      const account = {
        ...(post['account'] as Facts),
        fields: [{ name: 'x', value: `<a href="${address.replaceAll('"', '')}">x</a>`, verified_at: null }],
      }
      await page.route(/\/api\/v1\/statuses\/777$/, async (route) =>
        route.fulfill({ json: { ...post, id: '777' } }),
      )
      await page.route(/\/api\/v1\/statuses\/777\/context/, async (route) =>
        route.fulfill({ json: { ancestors: [], descendants: [] } }),
      )
      await page.route(/\/api\/v1\/accounts\/888$/, async (route) =>
        route.fulfill({ json: { ...account, id: '888' } }),
      )
      for (const path of ['/posts/777', '/people/888']) {
        await page.evaluate(`history.pushState(null, '', '${path}')`)
        await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
        assert.deepEqual(await page.evaluate(ODD_PLACES), [], `${path} ${address}`)
      }
    }
    assert.deepEqual(await page.evaluate('window.ran'), [])
    assert.deepEqual(foreign, [])
    assert.deepEqual(scriptsOf(opened), [])
  },
)

test('a link out of the window takes neither its address nor an end of it along', { skip }, async (t) => {
  const opened = await openWindow(t)
  const { page, context } = opened
  const heads: Record<string, string>[] = []
  await context.route('https://evil.example/**', async (route) => {
    heads.push(await route.request().allHeaders())
    await route.fulfill({ contentType: 'text/html', body: '<title>evil</title>' })
  })
  const content =
    '<p><a href="https://evil.example/out" target="_top" rel="opener">https://bank.example/</a></p>'
  await showPosts(page, [JSON.stringify(dressed({ content }, 'out')), lastPost()])
  const opening = context.waitForEvent('page')
  await page.getByRole('link', { name: 'https://bank.example/' }).click()
  const outside = await opening
  await outside.waitForLoadState()
  assert.equal(await outside.evaluate('window.opener'), null)
  assert.equal(await outside.evaluate('document.referrer'), '')
  assert.deepEqual(
    heads.map(({ referer, cookie }) => [referer, cookie]),
    [[undefined, undefined]],
  )
  assert.equal(new URL(page.url()).origin, home.origin)
})

const many = <T>(count: number, make: (place: number) => T): T[] =>
  Array.from({ length: count }, (_, place) => make(place))

test(
  'masses, depths and moments that are none are drawn in no time that anybody would notice',
  { skip },
  async (t) => {
    const opened = await openWindow(t)
    const { page } = opened
    const reactions = many(100_000, (place) => ({
      name: `r${place}\u202e:`,
      count: 1e15,
      me: false,
      url: null,
      account_ids: [],
    }))
    const poll = {
      id: '9',
      expires_at: 'never',
      expired: false,
      multiple: true,
      votes_count: -5,
      voters_count: Number.MIN_SAFE_INTEGER,
      voted: false,
      own_votes: [-1, 1e9],
      emojis: [],
      options: many(10_000, (place) => ({ title: `option ${place}`, votes_count: -place })),
    }
    const posts: Facts[] = [
      dressed({ emoji_reactions: reactions, reactions }, 'reactions'),
      dressed({ poll }, 'poll'),
      dressed({ poll: { ...poll, expired: true } }, 'poll_over'),
      ...[
        '9999-12-31T23:59:59Z',
        '99999-01-01',
        'NaN',
        '',
        '-271821-04-20T00:00:00Z',
        '+275760-09-13T00:00:00Z',
      ].map((moment, place) => dressed({ created_at: moment, edited_at: moment }, `moment_${place}`)),
      dressed(
        {
          media_attachments: [
            { ...(richPost(plain)['media_attachments'] as Facts[])[0], blurhash: '|'.repeat(1_000_000) },
          ],
        },
        'blurhash',
      ),
      dressed(
        {
          emojis: many(10_000, (place) => ({ shortcode: `e${place}`, url: '', static_url: '' })),
          content: many(2_000, (place) => `:e${place}:`).join(' '),
        },
        'emoji',
      ),
    ]
    const deep = JSON.stringify(dressed({}, 'deep_quote')).replace(
      /"quote":null/,
      `"quote":{"state":"accepted","quoted_status":${quotedDeep(plain, 1_000)}}`,
    )
    for (const line of [...posts.map((post) => JSON.stringify(post)), deep]) {
      const mark = /mark_\w+\./.exec(line)?.[0] ?? ''
      await showPosts(page, [line, lastPost()], mark)
      assert.equal(await page.getByRole('heading', { name: 'This page could not be shown' }).count(), 0, mark)
      const shown = await page.getByRole('article').filter({ hasText: mark }).textContent()
      assert.doesNotMatch(shown ?? '', /NaN|Infinity|undefined|Invalid Date|\[object/, mark)
    }
    assert.deepEqual(scriptsOf(opened), [])
  },
)
