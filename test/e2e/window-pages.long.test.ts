/** Every page in every dress: three widths, light, dark, high contrast, large text, mirrored; what axe finds; hostile posts. */
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Locator, Page } from 'playwright-core'
import {
  type TestBrowser,
  type TestPage,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
  textDirection,
} from '../support/browser.ts'
import type { FakeActor } from '../support/fake-peer.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'
import { fillTimeline } from '../support/window-posts.ts'

const skip = noBrowser
const WIDTHS = [320, 768, 1_280] as const
const SCHEMES = ['light', 'dark'] as const
const DIST = join(import.meta.dirname, '..', '..', 'renderer', 'dist')
const SCRIPT_BUDGET = 220 * 1_024

let browser: TestBrowser
let home: WindowHome
let ana: FakeActor
let session: Awaited<ReturnType<TestPage['context']['storageState']>>

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
  ana = await fillTimeline(home)
  const { page, context } = await browser.openPage()
  await home.enters(page)
  session = { cookies: (await context.storageState()).cookies, origins: [] }
  await context.close()
})
after(async () => {
  await browser?.close()
  await home?.close()
})

async function openWindow(t: TestContext, path: string, more: object = {}): Promise<TestPage> {
  const opened = await browser.openPage({ storageState: session, ...more })
  t.after(async () => opened.context.close())
  await opened.page.goto(`${home.origin}${path}`)
  await opened.page.getByRole('navigation').waitFor()
  return opened
}

const post = (page: Page, words: string): Locator => page.getByRole('article').filter({ hasText: words })

/** What a page shows when it is all there. */
const READY: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  '/home': async (page) => page.getByText('One picture.').waitFor(),
  '/search?q=%40ana%40peer.example': async (page) =>
    page.getByRole('button', { name: /^Following/ }).waitFor(),
  '/write': async (page) => page.getByLabel('Text', { exact: true }).waitFor(),
  '/you': async (page) => page.getByText('Homebird 0.1.0').waitFor(),
  '/sign-in': async (page) => page.getByRole('heading', { name: 'Passkeys' }).waitFor(),
}

for (const width of WIDTHS) {
  test(
    `every page at ${width} pixels is whole and axe finds nothing, light and dark`,
    { skip },
    async (t) => {
      for (const [path, isReady] of Object.entries(READY)) {
        const viewport = { width, height: width === 320 ? 720 : 900 }
        const { page, problems } = await openWindow(t, path, { viewport, reducedMotion: 'reduce' })
        await isReady(page)
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme })
          assert.deepEqual(await axeFindings(page), [], `${path} ${width} ${colorScheme}`)
          await takeScreenshot(page, `${path.split(/[/?]/)[1]}-${width}-${colorScheme}`)
        }
        assert.equal(await sidewaysOverflow(page), 0, `${path} at ${width} is too wide`)
        assert.deepEqual(problems, [], path)
      }
    },
  )
}

test('high contrast, large text and a mirrored page are whole too', { skip }, async (t) => {
  const dresses = [
    ['contrast', { forcedColors: 'active' }],
    ['large', { viewport: { width: 640, height: 900 } }],
    ['mirrored', { locale: 'ar-EG' }],
  ] as const
  for (const [name, dress] of dresses) {
    const { page, problems } = await openWindow(t, '/home', dress)
    await page.getByRole('article').first().waitFor()
    if (name === 'large') await page.addStyleTag({ content: 'html { font-size: 200% }' }).catch(() => null)
    if (name === 'large') await page.evaluate(`document.documentElement.style.fontSize = '200%'`)
    if (name === 'mirrored') assert.equal(await textDirection(page), 'rtl')
    assert.deepEqual(await axeFindings(page), [], name)
    assert.equal(await sidewaysOverflow(page), 0, `${name} is too wide`)
    await takeScreenshot(page, `home-${name}`)
    assert.deepEqual(
      problems.filter((line) => !line.includes('style')),
      [],
    )
  }
})

test('menus, dialogs, replies and failures are whole too', { skip }, async (t) => {
  const { page } = await openWindow(t, '/home', { reducedMotion: 'reduce' })
  await page.getByText('One picture.').waitFor()
  const look = async (name: string): Promise<void> => {
    assert.deepEqual(await axeFindings(page), [], name)
    await takeScreenshot(page, name)
  }
  await page.getByRole('button', { name: /Who sees it/ }).click()
  await page.getByRole('menu').waitFor()
  await look('menu')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await look('keys')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Show sensitive media' }).click()
  await page.getByRole('button', { name: 'Alt text' }).first().click()
  await page.getByRole('dialog', { name: 'Alt text' }).waitFor()
  await look('alt-text')
  await page.keyboard.press('Escape')
  await page.keyboard.press('.')
  await post(page, 'spare ticket').getByRole('button', { name: 'Reply' }).click()
  await page.getByText(/^Reply to /).waitFor()
  await page.route('**/api/v1/statuses', async (route) =>
    route.fulfill({ status: 503, json: { error: 'busy' } }),
  )
  await page.keyboard.type('on my way')
  await page.keyboard.press('Control+Enter')
  await page.getByText('Your text is kept.').waitFor()
  await look('reply-failed')
})

/** Runs in the page. */
const sizesOf = (
  elements: readonly { getBoundingClientRect(): { readonly width: number; readonly height: number } }[],
): { readonly width: number; readonly height: number }[] =>
  elements.map((element) => {
    const { width, height } = element.getBoundingClientRect()
    return { width, height }
  })

test('a hostile post breaks nothing', { skip }, async (t) => {
  const hostile = {
    script: '<p>one<script>window.broken = 1</script><img src=x onerror="window.broken = 2"></p>',
    style:
      '<p style="position:fixed;inset:0">two</p><style>*{display:none}</style><form action="https://evil.example"><input></form>',
    link: '<p><a href="javascript:window.broken=3">three</a> <a href="data:text/html,x">four</a></p>',
    bidi: '<p>\u202e\u2066gnp.exe five \u202e\u202e</p>',
    marks: `<p>six ${'a' + '\u0300'.repeat(10_000)}</p>`,
    word: `<p>seven ${'w'.repeat(100_000)}</p>`,
    deep: `<p>${'<em>'.repeat(500)}eight${'</em>'.repeat(500)}</p>`,
  }
  const notes = Object.values(hostile).map((content) => ({ content, published: new Date().toISOString() }))
  for (const note of notes) await home.receives(ana, ana.create(ana.note(note)))
  const picture = {
    type: 'Document',
    mediaType: 'image/png',
    url: `${home.peer.origin}/moss.png`,
    name: 'tall',
  }
  const tall = { content: '<p>nine</p>', attachment: [{ ...picture, width: 40, height: 20_000 }] }
  await home.reads(ana, tall)
  const { page, problems } = await openWindow(t, '/home', { viewport: { width: 320, height: 720 } })
  await page.getByRole('article').first().waitFor()
  await until('the newest post is on the screen', async () => {
    await page.keyboard.press('.')
    return page.getByText('nine', { exact: true }).isVisible()
  })
  const seen = new Set<string>()
  for (let step = 0; step < 25; step += 1) {
    for (const words of await page.getByRole('article').allTextContents()) seen.add(words.slice(0, 400))
    // All at once: what the list takes away meanwhile cannot be asked for.
    for (const { width, height } of await page.getByRole('article').evaluateAll(sizesOf)) {
      assert.ok(width <= 320 && height < 1_500, `${width} by ${height}`)
    }
    assert.equal(await sidewaysOverflow(page), 0)
    await page.mouse.move(160, 400)
    await page.mouse.wheel(0, 250)
  }
  const all = [...seen].join('\n')
  for (const word of ['one', 'two', 'three', 'five', 'six', 'seven', 'eight', 'nine'])
    assert.ok(all.includes(word), word)
  assert.equal(await page.evaluate('window.broken'), undefined)
  assert.equal(await page.locator('article form, article input, article style, article script').count(), 0)
  assert.deepEqual(problems, [])
})

test('the window speaks to its own home and to nobody else', { skip }, async (t) => {
  const opened = await browser.openPage({ storageState: session })
  t.after(async () => opened.context.close())
  const foreign: string[] = []
  opened.page.on('request', (request) => {
    if (!request.url().startsWith(home.origin) && !request.url().startsWith('data:'))
      foreign.push(request.url())
  })
  await opened.page.goto(`${home.origin}/home`)
  await opened.page.getByRole('article').first().waitFor()
  await opened.page.waitForLoadState('load')
  assert.deepEqual(foreign, [])
})

test('the first load stays within its budget of script', { skip }, async () => {
  const document = await readFile(join(DIST, 'index.html'), 'utf8')
  const first = [...document.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, name = '']) => name)
  const names = await readdir(join(DIST, 'assets'))
  const english = names.find((name) => /^en-.*\.js$/.test(name))
  assert.ok(first.length > 0 && english !== undefined)
  let bytes = 0
  for (const name of [...first, english]) bytes += gzipSync(await readFile(join(DIST, 'assets', name))).length
  console.log(`window: ${(bytes / 1_024).toFixed(1)} KB of script on first load, compressed`)
  assert.ok(bytes <= SCRIPT_BUDGET, `${bytes} bytes of script, and the budget is ${SCRIPT_BUDGET}`)
})
