/**
 * Attacks on the open window of a signed-in owner, in their own browser: pages of other sites, a name that is pointed at this
 * computer, uploaded files, addresses that lead elsewhere, sessions. Each protection was taken away once, and its test failed.
 */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type TestBrowser, type TestPage, noBrowser, openBrowser } from '../support/browser.ts'
import { type ForeignSite, attackOn, openForeignSite } from '../support/foreign-site.ts'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
const REBOUND = 'rebound.example'

let browser: TestBrowser
let home: WindowHome
let owner: HomeClient
let site: ForeignSite
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  ;[browser, home, site] = await Promise.all([
    openBrowser([`--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`]),
    openWindowHome({ handle: 'robin' }),
    openForeignSite(),
  ])
  owner = await home.owner()
  await owner.writes('my own words')
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = { cookies: (await context.storageState()).cookies, origins: [] }
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
  await site?.close()
})

async function openBrowserOfOwner(t: TestContext): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: session, serviceWorkers: 'allow' })
  t.after(async () => opened.context.close())
  return opened
}

async function openWindow(t: TestContext, path = '/home'): Promise<TestPage> {
  const opened = await openBrowserOfOwner(t)
  await opened.page.goto(`${home.origin}${path}`)
  await opened.page.getByRole('navigation').first().waitFor()
  return opened
}

/** All that the attacks of this file try to change. */
async function factsOfOwner(): Promise<unknown> {
  const me = await owner.get('/api/v1/accounts/verify_credentials')
  const [posts, drafts, preferences] = await Promise.all([
    owner.list(`/api/v1/accounts/${String(me['id'])}/statuses`),
    owner.get('/api/homebird/v1/drafts'),
    owner.get('/api/homebird/v1/preferences'),
  ])
  return { posts: posts.map(({ id, content }) => [id, content]), drafts, preferences }
}

test('a page of another origin reads nothing and changes nothing, by whatever way', { skip }, async (t) => {
  for (const origin of [site.sameSite, site.crossSite]) {
    await t.test(origin === site.sameSite ? 'of the same site' : 'of another site', async (inner) => {
      const former = await factsOfOwner()
      const { page, context } = await openBrowserOfOwner(inner)
      await page.goto(origin)
      assert.deepEqual(await page.evaluate(attackOn(home.origin)), [])
      assert.deepEqual(await factsOfOwner(), former)
      const again = await browser.openPage({ context })
      await again.page.goto(`${home.origin}/home`)
      await again.page.getByRole('article').filter({ hasText: 'my own words' }).waitFor()
    })
  }
})

test('no page of the home stands in a frame of another', { skip }, async (t) => {
  const { page } = await openBrowserOfOwner(t)
  const publicOrigin = `http://127.0.0.1:${home.home.publicPort}`
  await page.goto(site.sameSite)
  for (const address of [
    `${home.origin}/home`,
    `${home.origin}/write?text=x`,
    `${home.origin}/settings`,
    `${home.origin}/api/homebird/v1/state`,
    `${publicOrigin}/oauth/authorize?client_id=x`,
    `${publicOrigin}/oauth/passkey`,
  ]) {
    const text = await page.evaluate<string>(`new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.onload = () => {
        try { resolve(frame.contentDocument === null ? 'foreign' : frame.contentDocument.body.textContent) }
        catch { resolve('foreign') }
      }
      frame.src = ${JSON.stringify(address)}
      document.body.append(frame)
    })`)
    assert.equal(text, 'foreign')
    const frame = page.frames().at(-1)
    assert.equal(frame?.url(), 'chrome-error://chromewebdata/', address)
  }
})

test('who opens the window holds no end of it, and learns nothing from messages', { skip }, async (t) => {
  const { page } = await openBrowserOfOwner(t)
  await page.goto(site.sameSite)
  const opening = page.waitForEvent('popup')
  await page.evaluate(`window.heard = []
    window.addEventListener('message', ({ data }) => window.heard.push(data))
    window.held = window.open(${JSON.stringify(`${home.origin}/home`)})`)
  const window = await opening
  await window.getByRole('article').filter({ hasText: 'my own words' }).waitFor()
  await until('the end is cut', async () => page.evaluate<boolean>('window.held.closed'))
  assert.equal(await window.evaluate('window.opener'), null)
  await page.evaluate(`try { window.held.postMessage({ kind: 'open', path: '/settings' }, '*') } catch {}
    try { window.held.location = ${JSON.stringify(`${site.sameSite}/stolen`)} } catch {}`)
  await window.getByRole('article').filter({ hasText: 'my own words' }).waitFor()
  assert.equal(new URL(window.url()).origin, home.origin)
  assert.deepEqual(await page.evaluate('window.heard'), [])
})

test('messages that a page of its own origin did not send turn no page', { skip }, async (t) => {
  const { page, problems } = await openWindow(t)
  for (const data of [
    { kind: 'open', path: '/settings' },
    { kind: 'open', path: '//evil.example' },
    { kind: 'open', path: '/\\evil.example' },
    { kind: 'open', path: 'javascript:alert(1)' },
    { __proto__: { kind: 'open' }, path: '/settings' },
    null,
  ]) {
    await page.evaluate(`window.postMessage(${JSON.stringify(data)}, '*')
      navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: ${JSON.stringify(data)} }))`)
  }
  // The last of them is one that a worker may send.
  await page.evaluate(
    `navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: { kind: 'open', path: '/bookmarks' } }))`,
  )
  await page.waitForURL(`${home.origin}/bookmarks`)
  assert.deepEqual(problems, [])
})

test('a name that is pointed at this computer shows nothing and reads nothing', { skip }, async (t) => {
  const { page, context } = await openBrowserOfOwner(t)
  const rebound = `http://${REBOUND}:${home.home.privatePort}`
  await context.addCookies(
    session.cookies.map(({ name, value }) => ({ name, value, domain: REBOUND, path: '/' })),
  )
  const first = await page.goto(`${rebound}/home`)
  assert.equal(first?.status(), 421)
  assert.doesNotMatch(await page.content(), /<script|Homebird/)
  const got = await page.evaluate<unknown[]>(`(async () => {
    const answers = []
    for (const path of ['/api/homebird/v1/state', '/api/v1/accounts/verify_credentials', '/home', '/service-worker.js']) {
      const answer = await fetch(path, { headers: { 'x-homebird': '1' } })
      answers.push([answer.status, (await answer.text()).length < 200])
    }
    const status = await new Promise((resolve) => {
      const socket = new WebSocket(location.origin.replace('http', 'ws') + '/api/v1/streaming?stream=user')
      socket.onopen = () => resolve('open')
      socket.onclose = () => resolve('closed')
    })
    return [...answers, status]
  })()`)
  assert.deepEqual(got, [[421, true], [421, true], [421, true], [421, true], 'closed'])
})

/** A page of the home's own origin without the window's policy: what an attacker would wish for. */
async function goToBarePage(page: Page): Promise<void> {
  await page.goto(`${home.origin}/api/v1/instance`)
}

test('an uploaded file runs nothing at the home, and becomes no worker of it', { skip }, async (t) => {
  const page = `<script>document.title = 'ran'; window.ran = 1</script>`
  const script = 'self.addEventListener("fetch", () => {}); self.ran = 1;'
  const gif = Buffer.concat([Buffer.from(`GIF89a/*`), Buffer.alloc(20), Buffer.from(`*/=1;${script}${page}`)])
  const files: [string, string, Buffer][] = [
    ['page.html', 'text/html', Buffer.from(page)],
    ['picture.svg', 'image/svg+xml', Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${page}</svg>`)],
    ['picture.png', 'image/png', Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${page}</svg>`)],
    ['paper.pdf', 'application/pdf', Buffer.from(`%PDF-1.7\n${page}\n%%EOF`)],
    ['sound.mp3', 'audio/mpeg', Buffer.from(`ID3${page}`)],
    ['worker.js', 'text/javascript', Buffer.from(script)],
    ['picture.gif', 'image/gif', gif],
    [
      'film.mp4',
      'video/mp4',
      Buffer.concat([Buffer.from('0000001c66747970', 'hex'), Buffer.from(`isom${page}`)]),
    ],
    ['data.json', 'application/json', Buffer.from('{}')],
  ]
  const opened = await openWindow(t)
  for (const [name, type, bytes] of files) {
    const answer = await opened.page.evaluate<{ status: number; url: string | null }>(`(async () => {
      const bytes = Uint8Array.from(atob(${JSON.stringify(bytes.toString('base64'))}), (c) => c.charCodeAt(0))
      const form = new FormData()
      form.set('file', new File([bytes], ${JSON.stringify(name)}, { type: ${JSON.stringify(type)} }))
      const answer = await fetch('/api/v2/media', { method: 'POST', body: form, headers: { 'x-homebird': '1' } })
      return { status: answer.status, url: (await answer.json()).url ?? null }
    })()`)
    assert.equal(answer.status, 422, name)
  }
})

test('what the home serves of files is nothing but files, whatever lies in them', { skip }, async (t) => {
  const { page } = await openWindow(t)
  const uploaded = await page.evaluate<string>(`(async () => {
    const canvas = new OffscreenCanvas(8, 8)
    canvas.getContext('2d').fillRect(0, 0, 4, 4)
    const picture = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())
    const tail = new TextEncoder().encode('<script>document.title = "ran"</script>')
    const form = new FormData()
    form.set('file', new File([picture, tail], 'x.html', { type: 'text/html' }))
    const answer = await fetch('/api/v2/media', { method: 'POST', body: form, headers: { 'x-homebird': '1' } })
    return (await answer.json()).url
  })()`)
  const { pathname } = new URL(uploaded, home.origin)
  const answer = await page.goto(`${home.origin}${pathname}`)
  const headers = answer?.headers() ?? {}
  assert.deepEqual(
    [headers['x-content-type-options'], headers['content-security-policy']],
    ['nosniff', "default-src 'none'; sandbox"],
  )
  assert.match(headers['content-type'] ?? '', /^image\//)
  assert.notEqual(await page.title(), 'ran')
  assert.equal(await page.evaluate('document.scripts.length'), 0)
  assert.equal(await page.evaluate('window.origin'), 'null', 'the sandbox takes the origin away')
  await goToBarePage(page)
  const tried = await page.evaluate<string[]>(`(async () => {
    const got = []
    for (const [address, scope] of [[${JSON.stringify(pathname)}, '/'], [${JSON.stringify(pathname)}, undefined], ['/api/v1/instance', undefined]]) {
      try {
        await navigator.serviceWorker.register(address, scope === undefined ? {} : { scope })
        got.push('registered ' + address)
      } catch {}
      await new Promise((resolve) => {
        const script = document.createElement('script')
        script.onload = () => { got.push('ran ' + address); resolve() }
        script.onerror = resolve
        script.src = address
        document.head.append(script)
      })
    }
    return got
  })()`)
  assert.deepEqual(tried, [])
})

/** Ways of writing another place. */
const PLACES = [
  '//evil.example/',
  '/\\evil.example/',
  'https:evil.example',
  'https://evil.example/',
  'https://127.0.0.1@evil.example/',
  '/%2f%2fevil.example',
  '/\t/evil.example',
  '/..//evil.example',
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://evil.example/1',
  '\u0001javascript:alert(1)',
] as const

/** Every address of the window that reads what stands in it. */
const READERS: readonly ((place: string) => string)[] = [
  (place) => `/?next=${place}`,
  (place) => `/home?return=${place}&return_to=${place}&redirect_uri=${place}&url=${place}`,
  (place) => `/sign-in?next=${place}`,
  (place) => `/links?url=${place}`,
  (place) => `/search?q=${place}`,
  (place) => `/write?text=${place}&reply=${place}&quote=${place}&edit=${place}`,
  (place) => `/posts/${place}`,
  (place) => `/people/${place}`,
  (place) => `/tags/${place}`,
  (place) => `/home#${place}`,
  (place) => `/settings/profile#${place}`,
  (place) => `/home#key=${place}`,
]

test('no address of the window leads anywhere else, or runs what stands in it', { skip }, async (t) => {
  const { page, problems } = await openWindow(t)
  await page.addInitScript('window.ran = []; window.alert = (what) => window.ran.push(String(what))')
  const foreign: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(`${home.origin}/`) && !/^(?:data|blob):/.test(request.url()))
      foreign.push(request.url())
  })
  for (const [number, place] of PLACES.entries()) {
    for (const [turn, addressOf] of READERS.entries()) {
      // Each reader meets each place; not each pair in a page of its own, which would take an hour.
      const address = addressOf(encodeURIComponent(place))
      if (turn === number % READERS.length) await page.goto(`${home.origin}${address}`)
      else await page.evaluate(`history.pushState(null, '', ${JSON.stringify(address)})`)
      await page.getByRole('navigation').first().waitFor()
      assert.equal(new URL(page.url()).origin, home.origin, address)
    }
    await page.goto(`${home.origin}/links?url=${encodeURIComponent(place)}`)
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
    const links = await page.evaluate<string[]>(
      `[...document.querySelectorAll('main a[href], main [src], main form')].map((one) => one.href ?? one.src ?? one.action)`,
    )
    assert.deepEqual(
      links.filter((link) => !/^(?:https?:\/\/|blob:http)/.test(link)),
      [],
      place,
    )
  }
  assert.deepEqual(await page.evaluate('window.ran'), [])
  assert.deepEqual(foreign, [])
  assert.deepEqual(
    problems.filter((problem) => problem.startsWith('script')),
    [],
  )
})

test('a key of somebody else takes nobody’s seat, and stays in no address', { skip }, async (t) => {
  const { page } = await openWindow(t)
  await page.evaluate(`location.hash = '#key=somebody-elses'`)
  await page.waitForURL(`${home.origin}/home`)
  await page.getByRole('article').filter({ hasText: 'my own words' }).waitFor()
  const used = new URL(home.home.startAddress).hash
  await page.goto(`${home.origin}/${used}x`)
  await page.getByRole('article').filter({ hasText: 'my own words' }).waitFor()
  assert.equal(new URL(page.url()).hash, '')
  assert.doesNotMatch(await page.evaluate<string>('JSON.stringify(history.state) + location.href'), /key=/)
})

const KEPT = `(async () => {
  const all = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, location.href]
  for (const { name } of await indexedDB.databases()) {
    all.push(await new Promise((resolve) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = async () => {
        const parts = []
        for (const store of opening.result.objectStoreNames) {
          parts.push(await new Promise((done) => {
            const asking = opening.result.transaction(store).objectStore(store).getAll()
            asking.onsuccess = () => done(JSON.stringify(asking.result))
          }))
        }
        opening.result.close()
        resolve(parts.join())
      }
    }))
  }
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) all.push(request.url)
  }
  return all.join('\\n')
})()`

test(
  'scripts find no secret in the browser, and a signed-out one keeps nothing of the home',
  { skip },
  async (t) => {
    const opened = await browser.openPage({ serviceWorkers: 'allow' })
    t.after(async () => opened.context.close())
    const { page, context } = opened
    await home.enters(page)
    await page.getByRole('article').filter({ hasText: 'my own words' }).waitFor()
    await until('posts are kept', async () => (await page.evaluate<string>(KEPT)).includes('my own words'))
    const [cookie] = await context.cookies(home.origin)
    assert.deepEqual(
      [cookie?.httpOnly, cookie?.sameSite, cookie?.path, cookie?.domain],
      [true, 'Strict', '/', '127.0.0.1'],
    )
    const kept = await page.evaluate<string>(KEPT)
    for (const secret of [
      cookie?.value ?? '?',
      home.home.password,
      new URL(home.home.startAddress).hash.slice(5),
    ]) {
      assert.ok(secret.length > 8 && !kept.includes(secret))
    }
    assert.doesNotMatch(kept, /\/api\//, 'the worker keeps files of the bundle and no answer')
    // Every other session ends, those of this file too: it is the last test.
    const elsewhere = await signedInClient(home.home)
    await elsewhere.call('DELETE', '/api/homebird/v1/sessions')
    await page.getByLabel('Password', { exact: true }).waitFor()
    await until('nothing is kept', async () => !(await page.evaluate<string>(KEPT)).includes('my own words'))
    assert.equal(await page.getByText('my own words').count(), 0)
    await page.goto(`${home.origin}/home`)
    await page.getByLabel('Password', { exact: true }).waitFor()
    const statuses = await page.evaluate<
      unknown[]
    >(`Promise.all(['/api/v1/timelines/home', '/api/homebird/v1/drafts'].map(
    async (path) => (await fetch(path, { headers: { 'x-homebird': '1' } })).status))`)
    assert.deepEqual(statuses, [401, 401])
  },
)
