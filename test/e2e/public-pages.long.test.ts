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

/** Pictures come when they are near the screen. */
const LOAD_ALL = "for (const one of document.images) one.loading = 'eager'"
/** What is behind warnings is looked at too. */
const UNFOLD = "for (const one of document.querySelectorAll('details')) one.open = true"

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

for (const scheme of SCHEMES) {
  for (const width of WIDTHS) {
    test(`all pages at ${width} px, ${scheme}`, { skip }, async () => {
      const { page, context, problems } = await browser.openPage({
        viewport: { width, height: 900 },
        colorScheme: scheme,
        javaScriptEnabled: true,
      })
      const elsewhere = watchHosts(page)
      for (const [name, path] of Object.entries(world.paths)) {
        await page.goto(`${origin}${path}`)
        assert.equal(await sidewaysOverflow(page), 0, `${name} at ${width}`)
        assert.equal(await page.locator('script').count(), 0, name)
        await page.evaluate(LOAD_ALL)
        await page.waitForLoadState('networkidle')
        await takeScreenshot(page, `public-${name}-${width}-${scheme}`, true)
        await page.evaluate(UNFOLD)
        assert.deepEqual(await axeFindings(page), [], `${name} at ${width}, ${scheme}`)
        assert.equal(await sidewaysOverflow(page), 0, `${name} unfolded at ${width}`)
      }
      assert.deepEqual(elsewhere, [])
      assert.deepEqual(problems, [])
      await context.close()
    })
  }
}
