/** Where something stands on the screen at this moment, without waiting for it: it may come or go between two questions. */
import type { Locator } from 'playwright-core'

/** @returns in pixels of the first that is found; null where it is not in the page */
export async function boxNow(locator: Locator): Promise<{ y: number; height: number } | null> {
  return locator.evaluateAll(([found]) => {
    if (found === undefined) return null
    const { y, height } = found.getBoundingClientRect()
    return { y, height }
  })
}
