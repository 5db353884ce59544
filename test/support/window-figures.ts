/** What is measured in an open window, by the browser's own instruments. */
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import type { WindowStart } from '../../server/contracts/owner-api.ts'

/** What the page has fetched of scripts so far: asked for once the page is at rest. */
export interface Scripts {
  /** Bytes, each file compressed by itself. */
  compressed(): Promise<number>
  count(): number
}

/** To be called before the page is opened. */
export function watchScripts(page: Page): Scripts {
  const sizes: Promise<number>[] = []
  page.on('response', (response) => {
    if (!new URL(response.url()).pathname.endsWith('.js')) return
    sizes.push(response.body().then((body) => gzipSync(body).length))
  })
  return {
    compressed: async () => (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0),
    count: () => sizes.length,
  }
}

/** Resolves when the window has its live line, which is the last thing that a start asks for. */
export async function isLive(page: Page): Promise<void> {
  await page.waitForResponse((response) => response.url().includes('/api/v1/streaming'))
}

/** Bytes of JavaScript objects that are still needed. */
export async function heapBytes(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page)
  // The second time takes what the finalizers of the first have let go.
  for (let round = 0; round < 2; round += 1) await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = (await devtools.send('Runtime.getHeapUsage')) as { usedSize: number }
  await devtools.detach()
  return usedSize
}

export async function articleCount(page: Page): Promise<number> {
  return page.locator('article').count()
}

export async function nodeCount(page: Page): Promise<number> {
  return page.evaluate<number>('document.querySelectorAll("*").length')
}

/** Counts the posts that the home timeline has brought into the page. To be called before the page is opened. */
export function countLoaded(page: Page): () => number {
  let posts = 0
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (!response.ok() || (pathname !== HOME_PAGE && pathname !== START)) return
    void response.json().then((body: unknown) => {
      posts += (pathname === START ? firstPageOf(body as WindowStart) : (body as unknown[])).length
    })
  })
  return () => posts
}

const HOME_PAGE = '/api/v1/timelines/home'
const START = '/api/homebird/v1/start'

/** The start brings the first page along. */
function firstPageOf({ answers }: WindowStart): readonly unknown[] {
  const page = answers.find(({ address }) => address.startsWith(HOME_PAGE))
  return (page?.body ?? []) as readonly unknown[]
}

/** As far as it goes without leaving out what is drawn beyond the screen; the rows of a busy machine come some frames later. */
const FURTHER_DOWN = `new Promise((resolve) => {
  window.scrollBy({ top: innerHeight + 500, behavior: 'instant' })
  const isCovered = () => {
    const boxes = [...document.querySelectorAll('main [data-entry-id]')].map((one) => one.getBoundingClientRect())
    const isAtEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 2
    return isAtEnd || boxes.some(({ bottom }) => bottom >= innerHeight)
  }
  let frames = 0
  const wait = () => ((++frames >= 4 && isCovered()) || frames > 300 ? resolve(scrollY) : requestAnimationFrame(wait))
  requestAnimationFrame(wait)
})`

/**
 * Scrolls down until so many posts were brought or the timeline is at its end.
 * @returns the most articles that stood in the page at once on the way
 */
export async function scrollThrough(page: Page, loaded: () => number, wanted: number): Promise<number> {
  let most = 0
  let last = -1
  while (loaded() < wanted) {
    const y = await page.evaluate<number>(FURTHER_DOWN)
    most = Math.max(most, await articleCount(page))
    if (y === last && (await page.getByText('This is where your home begins.').count()) > 0) return most
    last = y
  }
  return most
}

/**
 * Scrolls down to where nothing follows.
 * @returns the most posts that stood in the page at once, and the ids of all that did
 */
export async function scrollToEnd(page: Page): Promise<{ most: number; seen: ReadonlySet<string> }> {
  const seen = new Set<string>()
  let most = 0
  for (let y = -1, last = -2; y !== last;) {
    const shown = await page.evaluate<string[]>(
      '[...document.querySelectorAll("[data-entry-id]")].map(({ dataset }) => dataset.entryId)',
    )
    most = Math.max(most, shown.length)
    for (const id of shown) seen.add(id)
    last = y
    y = await page.evaluate<number>(FURTHER_DOWN)
  }
  return { most, seen }
}

/** What an expression comes to in the page, once it is something. The content policy forbids `waitForFunction`. */
async function valueOf(page: Page, expression: string): Promise<number> {
  return page.evaluate<number>(
    `new Promise((resolve) => {
      const look = () => {
        const value = ${expression}
        if (value === undefined) setTimeout(look, 4)
        else resolve(value)
      }
      look()
    })`,
  )
}

interface Typing {
  /** Milliseconds from each key to the picture that shows it. */
  readonly latencies: readonly number[]
}

/** Types into the field that has the focus, as fast as each letter is painted. */
export async function typeInto(page: Page, words: string): Promise<Typing> {
  await page.evaluate(
    `globalThis.typed = []
    addEventListener('keydown', ({ timeStamp }) => {
      requestAnimationFrame(() => setTimeout(() => globalThis.typed.push(performance.now() - timeStamp)))
    }, { capture: true })`,
  )
  for (const [place, letter] of words.split('').entries()) {
    await page.keyboard.press(letter)
    await valueOf(page, `globalThis.typed[${place}]`)
  }
  return { latencies: await page.evaluate<number[]>('globalThis.typed') }
}

/** Begins to listen to tasks that hold the page up for more than 50 ms. @returns the longest of them in ms, 0 without any */
export async function watchLongTasks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(
    `globalThis.longest = 0
    globalThis.tasks = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration)
    })
    globalThis.tasks.observe({ type: 'longtask' })`,
  )
  return async () => page.evaluate<number>('globalThis.longest')
}

/** To be called before the page is opened. @returns milliseconds from the opening to the picture with the first post */
export async function watchFirstPost(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(
    `const observer = new MutationObserver(() => {
      if (document.querySelector('[role="feed"] article') === null) return
      observer.disconnect()
      requestAnimationFrame(() => setTimeout(() => { globalThis.firstPost = performance.now() }))
    })
    observer.observe(document, { childList: true, subtree: true })`,
  )
  return async () => valueOf(page, 'globalThis.firstPost')
}
