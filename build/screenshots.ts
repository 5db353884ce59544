/**
 * `npm run screenshots [page …]`: makes a home with something in it, opens every page of the window (or those that are
 * named, as in `renderer/app/routes.ts`) at three widths, light and dark, and saves what it looks like.
 */
import { type PageOptions, takeScreenshot, noBrowser, openBrowser } from '../test/support/browser.ts'
import { openWindowHome } from '../test/support/window-home.ts'
import { type WindowScene, fillWindow } from '../test/support/window-scene.ts'
import { WALK, WALKED, walkTo } from '../test/support/window-walk.ts'

const SIZES = [
  { width: 1_280, height: 900 },
  { width: 768, height: 1_024 },
  { width: 320, height: 720 },
] as const
const SCHEMES = ['light', 'dark'] as const

if (noBrowser !== false) {
  console.error(`screenshots: ${noBrowser}`)
  process.exit(1)
}
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(WALK, name))
if (unknown.length > 0) {
  console.error(`screenshots: no page is called ${unknown.join(', ')}; known are ${WALKED.join(', ')}`)
  process.exit(2)
}
const home = await openWindowHome({ handle: 'robin' })
const browser = await openBrowser()
const failed: string[] = []
try {
  const scene = await fillWindow(home)
  const { page, context } = await browser.openPage({ reducedMotion: 'reduce' })
  await home.enters(page)
  const storageState = await context.storageState()
  for (const viewport of SIZES) failed.push(...(await takeAll({ viewport, storageState }, scene)))
} finally {
  await browser.close()
  await home.close()
}
for (const line of failed) console.error(line)
console.log(
  `screenshots: ${failed.length === 0 ? 'all pages' : 'what could be shown'} in test/screenshots/pages`,
)
process.exitCode = failed.length === 0 ? 0 : 1

async function takeAll(
  view: Pick<PageOptions, 'storageState'> & { readonly viewport: (typeof SIZES)[number] },
  shown: WindowScene,
): Promise<string[]> {
  const opened = await browser.openPage({ ...view, reducedMotion: 'reduce' })
  await opened.page.goto(`${home.origin}/home`)
  await opened.page.getByRole('navigation').first().waitFor()
  const problems: string[] = []
  for (const name of WALKED.filter((one) => wanted.length === 0 || wanted.includes(one))) {
    try {
      await walkTo(opened.page, name, shown)
    } catch (error) {
      problems.push(
        `${name} at ${view.viewport.width}: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
    for (const colorScheme of SCHEMES) {
      await opened.page.emulateMedia({ colorScheme })
      await takeScreenshot(opened.page, `pages/${name}-${view.viewport.width}-${colorScheme}`)
    }
  }
  await opened.context.close()
  return problems
}
