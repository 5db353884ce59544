/** Waits for a condition of another process, which cannot be awaited: asks again and again, and gives up with a story. */
import { setTimeout as delay } from 'node:timers/promises'

const ASK_EVERY_MS = 40
/** A safety net: a machine that does twenty things at once is waited for. */
const GIVE_UP_AFTER_MS = 60_000

/** @returns the first value that is neither false, null nor undefined */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  giveUpAfterMs = GIVE_UP_AFTER_MS,
): Promise<T> {
  const limit = performance.now() + giveUpAfterMs
  let last: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== false && answer !== null && answer !== undefined) return answer
      last = answer
    } catch (error) {
      last = error
    }
    if (performance.now() > limit) throw new Error(`waited in vain for: ${what}; last seen: ${String(last)}`)
    await delay(ASK_EVERY_MS)
  }
}
