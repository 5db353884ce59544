/** The wheel of a mouse: a page moves some time after it was turned, later still on a busy machine. */
import type { Page } from 'playwright-core'
import { until } from './until.ts'

/** So often the same, 40 ms apart, is at rest. */
const SAME_TIMES = 10
/** What the list measures on the way may take a part of the turn back. */
const MOST_OF_IT = 0.7

const scrollY = async (page: Page): Promise<number> => page.evaluate<number>('scrollY')

/** Until nothing scrolls any more. */
export async function scrollRests(page: Page): Promise<void> {
  let last: number[] = []
  await until('the page is at rest', async () => {
    last = [...last.slice(1 - SAME_TIMES), await scrollY(page)]
    return last.length === SAME_TIMES && new Set(last).size === 1
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
