/** Fields, buttons, menus and what lies over a page, by the keyboard: each once the window has come so far. */
import type { Locator, Page, Response } from 'playwright-core'
import { until } from './until.ts'

/** Whoever looks once looks too early on a busy machine. */
export async function fieldHolds(field: Locator, words: string): Promise<void> {
  await until(`${String(field)} holds ${JSON.stringify(words)}`, async () => {
    const seen = await field.inputValue()
    if (seen !== words) throw new Error(`${JSON.stringify(seen)} stands there`)
    return true
  })
}

/** A button that waits for facts takes no focus; a key that is struck meanwhile goes nowhere, or elsewhere. */
export async function strikeOn(target: Locator, key = 'Enter'): Promise<void> {
  await until(`${String(target)} has the focus`, async () => {
    if (!(await target.isEnabled())) return false
    await target.focus()
    return target.evaluate((element) => element.matches(':focus'))
  })
  await target.page().keyboard.press(key)
}

/**
 * By the keyboard, in a menu or a list of choices that opens: it takes the focus for its first entry as it comes, and whoever is
 * at another one before would lose it again.
 */
export async function strikeEntry(entry: Locator): Promise<void> {
  const opened = entry.page().locator(':is([role=menu], [role=listbox]):is(:focus, :has(:focus))').first()
  // What does not take it by itself takes it from nobody either.
  await opened.waitFor({ timeout: STEP_MS }).catch(() => undefined)
  await strikeOn(entry)
  await entry.waitFor({ state: 'detached' })
}

/** Something in it has the focus, or it has it itself; what lies over a page takes it a moment after it is seen. */
export async function hasFocus(overlay: Locator): Promise<void> {
  await overlay.and(overlay.page().locator(':is(:focus, :has(:focus))')).waitFor()
}

/** By Esc, which counts in what is closed only: it has the focus a moment after it is seen. */
export async function escapeFrom(overlay: Locator): Promise<void> {
  await hasFocus(overlay)
  await overlay.page().keyboard.press('Escape')
  await overlay.waitFor({ state: 'detached' })
}

/**
 * The key that leads to the next of a list: until it has the focus, which it is given with the next drawing. A step that is
 * begun twice ends beyond where one looks.
 */
export async function strikeOnwards(page: Page, key: 'j' | 'k' = 'j'): Promise<void> {
  const from = await page.evaluate<string | null>('document.activeElement?.dataset.entryId ?? null')
  await page.keyboard.press(key)
  // At the end of a list nothing follows; then it is looked once more.
  const next = page.locator(`[data-entry-id]:focus:not([data-entry-id="${from}"])`)
  await next.waitFor({ timeout: STEP_MS }).catch(() => undefined)
}

const STEP_MS = 5_000

/** Does what changes something, and waits until the home has said yes: before that a reload would take it back. */
export async function changing(page: Page, act: () => Promise<void>): Promise<void> {
  const isOne = (answer: Response): boolean =>
    CHANGES.has(answer.request().method()) && answer.ok() && !/\/markers|\/drafts/.test(answer.url())
  await Promise.all([page.waitForResponse(isOne), act()])
}

const CHANGES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
