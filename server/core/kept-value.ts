/** A value that costs something to make and may be a little old. */
import type { Clock } from './clock.ts'

/**
 * Whoever asks gets the value that was made last, or waits for the one that is being made. A failure is not kept.
 * @param keepMs  how old a value may be
 */
export function keepValue<T>(
  clock: Pick<Clock, 'monotonicMs'>,
  keepMs: number,
  make: () => Promise<T>,
): () => Promise<T> {
  let kept: { readonly value: Promise<T>; readonly untilMs: number } | null = null
  return async () => {
    const nowMs = clock.monotonicMs()
    if (kept !== null && nowMs < kept.untilMs) return kept.value
    const made = { value: make(), untilMs: nowMs + keepMs }
    kept = made
    made.value.catch(() => {
      if (kept === made) kept = null
    })
    return made.value
  }
}
