/**
 * A hostile page in the window of the desktop, and beside it. The shell is the real one; Electron's module is a stand-in, and
 * Chromium plays the window before the shell's own handler: what Chromium itself keeps a page from is seen here, what Electron
 * adds by its events is asked of the shell's handlers as its documentation says.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type TestBrowser, noBrowser, openBrowser } from '../support/browser.ts'
import { type DesktopShell, openDesktopShell } from '../support/desktop-shell.ts'
import { type ForeignSite, attackOn, openForeignSite } from '../support/foreign-site.ts'
import type { StandInContents } from '../support/electron/stand-in-contents.ts'
import { until } from '../support/until.ts'

const skip = noBrowser
const SET_UP = {
  username: 'ana',
  displayName: 'Ana',
  password: 'correct horse battery',
  domain: null,
  serviceDomain: null,
}

let browser: TestBrowser
let desktop: DesktopShell
let site: ForeignSite
let contents: StandInContents

before(async () => {
  if (skip !== false) return
  ;[browser, desktop, site] = await Promise.all([openBrowser(), openDesktopShell(), openForeignSite()])
  contents = (await desktop.window('homebird')).webContents
  const { page, context } = await browser.openPage()
  await page.goto(`${desktop.origin}/`)
  assert.equal(await ask(page, 'POST', '/api/homebird/v1/setup', SET_UP), 200)
  await context.close()
})
after(async () => {
  await browser?.close()
  await desktop?.[Symbol.asyncDispose]()
  await site?.close()
})

/** As the window's own script asks. @returns the status */
async function ask(page: Page, method: string, path: string, body: unknown = null): Promise<number> {
  return page.evaluate(
    async (asked) => {
      const json = { 'content-type': 'application/json', 'x-homebird': '1' }
      const headers: Record<string, string> = asked.body === null ? { 'x-homebird': '1' } : json
      const given = asked.body === null ? {} : { body: JSON.stringify(asked.body) }
      return (await fetch(asked.path, { method: asked.method, headers, ...given })).status
    },
    { method, path, body },
  )
}

test('the window opens signed in, and its script holds no key to the home', { skip }, async () => {
  const { page, context, problems } = await browser.openPage()
  await page.goto(`${desktop.origin}/home`)
  await page.getByRole('navigation').first().waitFor()
  assert.equal(await page.evaluate('document.cookie'), '')
  assert.deepEqual(await context.cookies(), [])
  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))
  assert.doesNotMatch(kept, /homebird=|session|token/i)
  assert.deepEqual(problems, [])
  await context.close()
})

test('a script that got into the page reaches nobody outside, and runs nothing new', { skip }, async () => {
  const { page, context } = await browser.openPage()
  await page.goto(`${desktop.origin}/home`)
  await page.getByRole('navigation').first().waitFor()
  const asked = site.asked.length
  assert.deepEqual(await page.evaluate(`(${BREAK_OUT})(${JSON.stringify(site.crossSite)})`), [])
  assert.deepEqual(site.asked.slice(asked), [])
  // Node and Electron are no more there than in any browser.
  const names = ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer', 'homebirdStart']
  assert.deepEqual(await page.evaluate((all) => all.filter((name) => name in globalThis), names), [])
  await context.close()
})

test('the same script, in a page that nobody guards, gets out', { skip }, async () => {
  const { page, context } = await browser.openPage()
  await page.goto(site.sameSite)
  const open = (await page.evaluate(`(${BREAK_OUT})(${JSON.stringify(site.crossSite)})`)) as string[]
  const expected = ['fetch', 'eval', 'Function', 'timer', 'html', 'module', 'inline']
  assert.deepEqual(
    expected.filter((name) => !open.includes(name)),
    [],
  )
  for (const path of ['/fetch', '/xhr', '/img', '/script', '/iframe', '/video', '/link', '/beacon'])
    await until(`${path} is asked for`, () => site.asked.includes(path))
  await context.close()
})

test('pages of another site that find the window read and change nothing', { skip }, async () => {
  for (const origin of [site.sameSite, site.crossSite]) {
    const { page, context } = await browser.openPage()
    await page.goto(origin)
    assert.deepEqual(await page.evaluate(attackOn(desktop.origin)), [])
    await context.close()
  }
  const { page, context } = await browser.openPage()
  await page.goto(`${desktop.origin}/`)
  const posts = await page.evaluate(async () => {
    const me = (await (await fetch('/api/v1/accounts/verify_credentials')).json()) as { id: string }
    return (await (await fetch(`/api/v1/accounts/${me.id}/statuses`)).json()) as unknown[]
  })
  assert.deepEqual(posts, [])
  await context.close()
})

test('it leaves its place by no way: links go out, the rest stays', { skip }, async () => {
  const stays = [
    'app://evil/',
    'app://homebird.evil/',
    'app://start/',
    'file:///etc/passwd',
    'javascript:1',
    'data:text/html,1',
  ]
  for (const url of stays) {
    assert.equal(contents.wantsToGo(url), false, url)
    assert.equal(contents.wantsToGo(url, 'will-redirect'), false, url)
    assert.equal(contents.wantsWindow(url), 'deny', url)
  }
  assert.equal(contents.wantsToGo('app://homebird/notifications'), true)
  assert.equal(contents.wantsToGo('app://homebird/api/v1/accounts/1'), false)
  assert.deepEqual(desktop.electron.acts.of('shell.openExternal'), [])
  assert.equal(contents.wantsWindow('https://example.org/'), 'deny')
  assert.equal(contents.wantsToGo('https://example.org/b'), false)
  assert.equal(desktop.electron.acts.of('shell.openExternal').length, 2)
  assert.equal(contents.wantsWebview(), false)
})

test('it gets no device, no camera and no message through', { skip }, async () => {
  const { session, ipc } = desktop.electron
  const details = { requestingUrl: 'app://homebird/home', isMainFrame: true }
  for (const permission of [
    'media',
    'display-capture',
    'hid',
    'usb',
    'serial',
    'notifications',
    'geolocation',
    'midi',
  ]) {
    assert.equal(await session.asksFor(contents, permission, details), false, permission)
    assert.equal(session.mayUse(contents, permission, 'app://homebird/', details), false, permission)
  }
  assert.equal(await session.asksFor(contents, 'fullscreen', details), true)
  assert.deepEqual(await session.decides('onBeforeRequest', { url: 'https://evil/', resourceType: 'xhr' }), {
    cancel: true,
  })
  const frame = { ...contents.mainFrame, parent: contents.mainFrame, routingId: 9 }
  for (const channel of ipc.channels.filter((name) => name.startsWith('main:'))) {
    const reply = (await ipc.invoke({ contents, frame }, channel, [])) as { ok: boolean }
    assert.equal(reply.ok, false, channel)
    const crooked = (await ipc.invoke({ contents }, channel, [{ __proto__: null }, 1, 2])) as { ok: boolean }
    assert.equal(crooked.ok, false, channel)
  }
  await assert.rejects(ipc.invoke({ contents }, 'ELECTRON_BROWSER_REQUIRE', ['fs']), /No handler/)
})

test('whoever signs out stays out, and comes in again by password', { skip }, async () => {
  const { page, context } = await browser.openPage()
  await page.goto(`${desktop.origin}/`)
  const phase = async (): Promise<string> =>
    page.evaluate(
      async () => ((await (await fetch('/api/homebird/v1/state')).json()) as { phase: string }).phase,
    )
  assert.equal(await phase(), 'signed_in')
  assert.equal(await ask(page, 'DELETE', '/api/homebird/v1/session'), 200)
  assert.equal(await phase(), 'signed_out')
  assert.equal(await ask(page, 'POST', '/api/homebird/v1/session', { password: SET_UP.password }), 200)
  assert.equal(await phase(), 'signed_in')
  await context.close()
})

/** Tries every way out of a page. @returns those that were open; an empty list is what a test wants */
const BREAK_OUT = `async (outside) => {
  const open = []
  const tries = {
    fetch: () => fetch(outside + '/fetch', { mode: 'no-cors' }),
    xhr: () => new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open('GET', outside + '/xhr')
      request.onload = resolve
      request.onerror = reject
      request.send()
    }),
    eval: () => (0, eval)('1'),
    Function: () => new Function('return 1')(),
    timer: () => new Promise((resolve, reject) => { setTimeout('window.ran = 1'); setTimeout(() => window.ran === 1 ? resolve() : reject(new Error()), 50) }),
    html: () => { document.createElement('div').innerHTML = '<img src=x>' },
    write: () => document.write('<p>x'),
    worker: () => { new Worker(URL.createObjectURL(new Blob(['1']))) ; return new Promise((_, reject) => setTimeout(reject, 50)) },
    module: () => import('data:text/javascript,export default 1'),
    inline: () => new Promise((resolve, reject) => {
      const script = document.createElement('script')
      try { script.textContent = 'window.inlined = 1' } catch (error) { return reject(error) }
      document.body.append(script)
      window.inlined === 1 ? resolve() : reject(new Error())
    }),
  }
  for (const [tag, attribute] of [['img', 'src'], ['script', 'src'], ['iframe', 'src'], ['video', 'src'], ['object', 'data'], ['embed', 'src'], ['link', 'href']]) {
    tries[tag] = () => new Promise((resolve, reject) => {
      const element = document.createElement(tag)
      if (tag === 'link') element.rel = 'stylesheet'
      element.onload = resolve
      element.onloadeddata = resolve
      element.onerror = () => reject(new Error())
      element[attribute] = outside + '/' + tag
      document.body.append(element)
      // Chromium says of a frame that was kept out that it has loaded: what is in it cannot be read either way.
      if (tag === 'iframe') reject(new Error())
      setTimeout(() => reject(new Error()), 300)
    })
  }
  tries.form = () => new Promise((resolve, reject) => {
    const form = document.createElement('form')
    form.action = outside + '/form'
    form.target = 'elsewhere'
    document.body.append(form)
    document.addEventListener('securitypolicyviolation', () => reject(new Error()), { once: true })
    form.submit()
    setTimeout(() => reject(new Error()), 300)
  })
  tries.beacon = () => { if (!navigator.sendBeacon(outside + '/beacon', '1')) throw new Error(); return new Promise((_, reject) => setTimeout(reject, 100)) }
  tries.socket = () => new Promise((resolve, reject) => {
    const socket = new WebSocket(outside.replace('http', 'ws') + '/socket')
    socket.onopen = resolve
    socket.onerror = reject
  })
  for (const [name, attempt] of Object.entries(tries)) {
    try { await attempt(); open.push(name) } catch {}
  }
  return open
}`
