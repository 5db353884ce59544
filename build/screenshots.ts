/**
 * `npm run screenshots [page, sheet or way …] [--dress light,dark,…] [--width 1280,768,320] [--whole]`: makes a home with
 * something in it, opens every page of the window (or those that are named, as in `renderer/app/routes.ts`), what can be
 * opened over one, and each state of the ways in, and saves what it looks like. With `--whole` down to the end of the page.
 * A page that cannot be shown is named and the others are taken all the same; the exit code is 1 then.
 */
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { noBrowser, openBrowser, takeScreenshot } from '../test/support/browser.ts'
import { fillConversation } from '../test/support/window-conversation.ts'
import { DRESSES, type Dress, type DressName, putOn } from '../test/support/window-dresses.ts'
import { type WindowHome, openWindowHome } from '../test/support/window-home.ts'
import { SHEETS, SHEET_NAMES } from '../test/support/window-home-sheets.ts'
import { type WindowScene, fillWindow } from '../test/support/window-scene.ts'
import { type WALK, WALKED, walkTo } from '../test/support/window-walk.ts'
import { WAYS, WAY_NAMES } from '../test/support/window-ways-in.ts'
import { type Words, wordsOf } from '../test/support/window-words.ts'

/** Heights of the screens that people have at these widths. */
const HEIGHTS: Readonly<Record<number, number>> = { 1280: 900, 768: 1_024, 320: 720 }
/** Of a picture, in pixels. */
const TALLEST = 8_000
/** For one thing to appear: a page that is not there is named, and the others go on. */
const GIVE_UP_AFTER_MS = 10_000

const wish = readWish()
const browser = await openBrowser()
const failed: string[] = []
let taken = 0
try {
  const shown = wish.names.filter((name): name is Shown => !isWay(name))
  if (shown.length > 0) {
    const home = await openWindowHome({ handle: 'robin' })
    try {
      await takePages(home, shown)
    } finally {
      await home.close()
    }
  }
  for (const way of wish.names.filter(isWay)) await takeWay(way)
} finally {
  await browser.close()
}
const minutes = (performance.now() / 60_000).toFixed(1)
console.log(`screenshots: ${taken} in test/screenshots/pages, after ${minutes} minutes`)
if (failed.length > 0) {
  console.error(`screenshots: ${failed.length} show what was there instead:\n  ${failed.join('\n  ')}`)
}
process.exitCode = failed.length === 0 ? 0 : 1

type Dressed = readonly [DressName, Dress]
type Way = (typeof WAY_NAMES)[number]
type Shown = keyof typeof WALK | keyof typeof SHEETS

/** The windows of one profile stand open beside each other, one for each width, over the same home. */
async function takePages(home: WindowHome, names: readonly Shown[]): Promise<void> {
  const scene = await fillWindow(home)
  await fillConversation(home, scene)
  const { page, context } = await browser.openPage({ reducedMotion: 'reduce' })
  await home.enters(page)
  const storageState = await context.storageState()
  await context.close()
  for (const dresses of byProfile(wish.dresses)) {
    const profile = dresses[0]?.[1].profile ?? {}
    const say = await wordsOf(profile.locale ?? 'en')
    const windows = await Promise.all(
      wish.widths.map(async (width) => {
        const opened = await browser.openPage({
          ...profile,
          viewport: viewportOf(width),
          storageState,
          reducedMotion: 'reduce',
        })
        opened.context.setDefaultTimeout(GIVE_UP_AFTER_MS)
        await opened.page.goto(`${home.origin}/home`)
        await opened.page.getByRole('navigation').first().waitFor()
        return { width, opened }
      }),
    )
    const look = async ({ width, opened }: (typeof windows)[number], name: Shown): Promise<void> => {
      await attempt(`${name} at ${width}`, async () => openShown(opened.page, name, scene, say))
      await takeDressed(opened.page, name, dresses)
      if (isSheet(name)) await putAway(opened.page)
    }
    const pages = names.filter((name) => !isSheet(name))
    await Promise.all(
      windows.map(async (window) => {
        for (const name of pages) await look(window, name)
      }),
    )
    // One after the other: what is opened over a page may change the home that the others look at.
    for (const name of names.filter(isSheet)) for (const window of windows) await look(window, name)
    await Promise.all(windows.map(async ({ opened }) => opened.context.close()))
  }
}

async function openShown(page: Page, name: Shown, scene: WindowScene, say: Words): Promise<void> {
  if (isSheet(name)) await SHEETS[name](page, scene, say)
  else await walkTo(page, name, scene)
}

/** Closes what is open, from the innermost, and leaves no field with the keys. */
async function putAway(page: Page): Promise<void> {
  for (let layer = 0; layer < 3; layer += 1) await page.keyboard.press('Escape')
  await page.evaluate('document.activeElement?.blur()')
}

/** Each state at every width, by resizing: a way cannot be gone anew for each. */
async function takeWay(way: Way): Promise<void> {
  for (const dresses of byProfile(wish.dresses)) {
    const profile = dresses[0]?.[1].profile ?? {}
    const opened = await browser.openPage({ ...profile, reducedMotion: 'reduce' })
    const before = opened.page.viewportSize()
    await attempt(way, async () =>
      WAYS[way](opened.page, profile.locale ?? 'en', async (name) => {
        for (const width of wish.widths) {
          await opened.page.setViewportSize(viewportOf(width))
          await takeDressed(opened.page, name, dresses)
        }
        if (before !== null) await opened.page.setViewportSize(before)
      }),
    )
    await opened.context.close()
  }
}

function viewportOf(width: number): { readonly width: number; readonly height: number } {
  return { width, height: HEIGHTS[width] ?? 900 }
}

async function takeDressed(page: Page, name: string, dresses: readonly Dressed[]): Promise<void> {
  const screen = page.viewportSize()
  // Nothing is under the pointer.
  await page.mouse.move(0, 0)
  for (const [dressName, dress] of dresses) {
    await putOn(page, dress)
    if (screen !== null && wish.isWhole) {
      // A window as tall as its page: what stands at its edges does so in the picture too.
      await page.setViewportSize({ ...screen, height: await contentHeight(page, screen.height) })
    }
    await takeScreenshot(page, `pages/${name}-${screen?.width ?? 0}-${dressName}`)
    taken += 1
    if (screen !== null) await page.setViewportSize(screen)
  }
}

async function contentHeight(page: Page, atLeast: number): Promise<number> {
  const height = await page.evaluate<number>('document.documentElement.scrollHeight')
  return Math.min(TALLEST, Math.max(atLeast, height))
}

async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    failed.push(`${what}: ${line}`)
    console.error(`screenshots: ${failed.at(-1)}`)
  }
}

/** Dresses that one profile of the browser can wear one after the other. */
function byProfile(names: readonly DressName[]): (readonly Dressed[])[] {
  const groups = new Map<string, Dressed[]>()
  for (const name of names) {
    const dress: Dress = DRESSES[name]
    const key = JSON.stringify(dress.profile ?? {})
    groups.set(key, [...(groups.get(key) ?? []), [name, dress]])
  }
  return [...groups.values()]
}

function isSheet(name: string): name is keyof typeof SHEETS {
  return Object.hasOwn(SHEETS, name)
}

function isWay(name: string): name is Way {
  return Object.hasOwn(WAYS, name)
}

function readWish(): {
  readonly names: readonly (Shown | Way)[]
  readonly dresses: readonly DressName[]
  readonly widths: readonly number[]
  readonly isWhole: boolean
} {
  if (noBrowser !== false) refuse(noBrowser, 1)
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dress: { type: 'string', default: 'light,dark' },
      width: { type: 'string', default: Object.keys(HEIGHTS).toReversed().join(',') },
      whole: { type: 'boolean', default: false },
    },
  })
  const known: readonly (Shown | Way)[] = [...WALKED, ...SHEET_NAMES, ...WAY_NAMES]
  return {
    names: allKnown(positionals.length === 0 ? known : positionals, known, 'page'),
    dresses: allKnown(values.dress.split(','), Object.keys(DRESSES) as DressName[], 'dress'),
    widths: allKnown(values.width.split(','), Object.keys(HEIGHTS), 'width').map(Number),
    isWhole: values.whole,
  }
}

/** Ends the command when one of them is none. */
function allKnown<Name extends string>(
  given: readonly string[],
  known: readonly Name[],
  what: string,
): Name[] {
  const unknown = given.filter((name) => !(known as readonly string[]).includes(name))
  if (unknown.length > 0)
    refuse(`no ${what} is called ${unknown.join(', ')}; known are ${known.join(', ')}`, 2)
  return given as Name[]
}

function refuse(why: string, code: number): never {
  console.error(`screenshots: ${why}`)
  process.exit(code)
}
