/** Writing begins by its key. */
import type { Page } from 'playwright-core'

/** Presses it, and waits until the letters that follow are words: before that each of them would be a key of its own. */
export async function startWriting(page: Page): Promise<void> {
  await page.keyboard.press('n')
  await page.getByLabel('Text', { exact: true }).and(page.locator(':focus')).waitFor()
}
