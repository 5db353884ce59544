/** Writing begins by its key. */
import type { Locator, Page } from 'playwright-core'
import { until } from './until.ts'

const text = (page: Page): Locator => page.getByLabel('Text', { exact: true })

/** Presses it, and waits until the letters that follow are words: before that each of them would be a key of its own. */
export async function startWriting(page: Page): Promise<void> {
  // What answers the key is there with the field.
  await text(page).waitFor()
  await page.keyboard.press('n')
  await text(page).and(page.locator(':focus')).waitFor()
}

/** Until the text is this: what the window puts into it comes with its next drawing. */
export async function textBecomes(page: Page, words: string | RegExp): Promise<void> {
  let held = ''
  await until(`the text becomes ${String(words)}`, async () => {
    held = await text(page).inputValue()
    return typeof words === 'string' ? held === words : words.test(held)
  }).catch((error: unknown) => {
    throw new Error(`the text is ${JSON.stringify(held)}`, { cause: error })
  })
}

/** Types on in the text, once it has the focus. */
export async function writeOn(page: Page, words: string): Promise<void> {
  await text(page).and(page.locator(':focus')).waitFor()
  await page.keyboard.type(words)
}

/** A new home holds posts back for ten seconds; on a busy machine it takes longer to come to the button that sends at once. */
export async function holdsLonger(page: Page): Promise<void> {
  await page.route('**/api/homebird/v1/drafts/*/send', async (route) => {
    const asked = route.request().postDataJSON() as { readonly holdSeconds: number }
    // The button asks for none, and that is what it is pressed for.
    if (asked.holdSeconds === 0) return route.continue()
    return route.continue({ postData: JSON.stringify({ ...asked, holdSeconds: 30 }) })
  })
}
