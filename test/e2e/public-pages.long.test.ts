/** Every public page in every dress: three widths, light and dark; what axe finds; nothing runs, nothing comes from elsewhere. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  type TestBrowser,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import { type PageWorld, openPageWorld } from '../support/public-pages.ts'

const skip = noBrowser
const WIDTHS = [320, 768, 1_280] as const
const SCHEMES = ['light', 'dark'] as const

/** Pictures come when they are near the screen; here all are waited for. One that cannot be decoded has settled too. */
const LOAD_ALL = `Promise.all([...document.images].map((one) => {
  one.loading = 'eager'
  return one.decode().catch(() => undefined)
}))`
/** What is behind warnings is looked at too. */
const UNFOLD = "for (const one of document.querySelectorAll('details')) one.open = true"
const FOLD = "for (const one of document.querySelectorAll('details')) one.open = false"

let browser: TestBrowser
let world: PageWorld
let origin: string

before(async () => {
  if (skip !== false) return
  // One after the other: a browser that nobody closes would keep the process alive.
  world = await openPageWorld()
  browser = await openBrowser()
  origin = `http://${world.home.home.host}`
})
after(async () => browser?.close())

/** Whatever the page asks of another host. */
function watchHosts(page: Page): string[] {
  const elsewhere: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) elsewhere.push(request.url())
  })
  return elsewhere
}

/** One of each, for somebody to look at. */
const PICTURED: ReadonlySet<string> = new Set(['320 px, light', '768 px, dark', '1280 px, light'])

test('every page is whole at every width, light and dark', { skip }, async (t) => {
  const { page, problems } = await browser.openPage({ javaScriptEnabled: true })
  const elsewhere = watchHosts(page)
  for (const [name, path] of Object.entries(world.paths)) {
    await t.test(name, async () => {
      problems.length = 0
      await page.goto(`${origin}${path}`)
      assert.equal(await page.locator('script').count(), 0)
      await page.evaluate(LOAD_ALL)
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme })
        for (const width of WIDTHS) await lookAt(page, name, width, colorScheme)
      }
      assert.deepEqual([...elsewhere, ...problems], [])
    })
  }
})

/** Folded as it comes, then with everything that can be unfolded. */
async function lookAt(page: Page, name: string, width: number, scheme: 'light' | 'dark'): Promise<void> {
  const dress = `${width} px, ${scheme}`
  await page.evaluate(FOLD)
  await page.setViewportSize({ width, height: 900 })
  assert.equal(await sidewaysOverflow(page), 0, dress)
  if (PICTURED.has(dress)) await takeScreenshot(page, `public-${name}-${width}-${scheme}`, true)
  await page.evaluate(UNFOLD)
  await page.evaluate(LOAD_ALL)
  assert.deepEqual(await axeFindings(page), [], dress)
  assert.equal(await sidewaysOverflow(page), 0, `${dress}, unfolded`)
}
