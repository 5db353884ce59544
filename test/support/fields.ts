/** What stands in a field, and a key struck on a button: both once the window has come so far. */
import type { Locator } from 'playwright-core'
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
