/** The wheel of a mouse: a page moves some time after it was turned, later still on a busy machine. */
import type { Locator, Page } from 'playwright-core'
import { boxNow } from './box-now.ts'
import { until } from './until.ts'

/** So often the same, 40 ms apart, is at rest. */
const SAME_TIMES = 10
/** What the list measures on the way may take a part of the turn back. */
const MOST_OF_IT = 0.7
/** A safety net: a long way is many turns. */
const GIVE_UP_AFTER_MS = 180_000
/** At its end a page moves no more, however long it is waited for. */
const MOVES_WITHIN_MS = 5_000

const scrollY = async (page: Page): Promise<number> => page.evaluate<number>('scrollY')

/** Until nothing scrolls any more. */
export async function scrollRests(page: Page, times = SAME_TIMES): Promise<void> {
  let last: number[] = []
  await until('the page is at rest', async () => {
    last = [...last.slice(1 - times), await scrollY(page)]
    return last.length === times && new Set(last).size === 1
  })
}

/** Turns it downwards over the middle of a wide window and waits until the page has moved and rests. */
export async function wheelDown(page: Page, pixels: number): Promise<void> {
  const before = await scrollY(page)
  await page.mouse.move(600, 400)
  await page.mouse.wheel(0, pixels)
  await until('the page has moved', async () => (await scrollY(page)) >= before + pixels * MOST_OF_IT)
  await scrollRests(page)
}

/**
 * Goes on by half a screen, and from the end of the page to its beginning again, since what was passed may be drawn only now.
 * Without the wheel: the next picture is of the new place.
 */
export async function furtherDown(page: Page): Promise<void> {
  await page.evaluate(FURTHER_DOWN)
}

const FURTHER_DOWN = `new Promise((resolve) => {
  const isAtEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 1
  scrollTo({ top: isAtEnd ? 0 : scrollY + innerHeight / 2, behavior: 'instant' })
  requestAnimationFrame(() => requestAnimationFrame(resolve))
})`

interface Wanted {
  /** Pixels below the upper edge of the screen between which its own upper edge comes. */
  readonly from: number
  readonly to: number
}

/**
 * Turns it downwards until something that may have to be drawn first stands where it is wanted, and back where that was too
 * far. Each turn is waited for: what is turned on top of each other goes past a list that is drawn meanwhile.
 */
export async function wheelTo(page: Page, what: Locator, { from, to }: Wanted): Promise<void> {
  const step = Math.max(100, Math.round((to - from) * 0.7))
  await page.mouse.move(600, 400)
  const isThere = async (): Promise<boolean> => {
    const box = await boxNow(what)
    if (box !== null && box.y > from && box.y < to) return true
    const before = await scrollY(page)
    await page.mouse.wheel(0, box !== null && box.y <= from ? -step : step)
    const moved = async (): Promise<boolean> => (await scrollY(page)) !== before
    // More may have to come first: then it is turned once more.
    await until('the page moves', moved, MOVES_WITHIN_MS).catch(() => undefined)
    await scrollRests(page, 3)
    return false
  }
  await until(`${String(what)} is in sight`, isThere, GIVE_UP_AFTER_MS)
}
