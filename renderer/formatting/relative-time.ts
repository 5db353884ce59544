/** How long ago something was: relative for seven days, then a date. */

export type RelativeTime =
  | { readonly unit: 'now' }
  | { readonly unit: 'minutes' | 'hours' | 'days'; readonly count: number }
  | { readonly unit: 'date'; readonly isThisYear: boolean }

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** A moment of the future, as of a clock that runs ahead, is now. */
export function relativeTime(moment: Date, now: Date): RelativeTime {
  const ageMs = now.getTime() - moment.getTime()
  if (ageMs < MINUTE_MS) return { unit: 'now' }
  if (ageMs < HOUR_MS) return { unit: 'minutes', count: Math.floor(ageMs / MINUTE_MS) }
  if (ageMs < DAY_MS) return { unit: 'hours', count: Math.floor(ageMs / HOUR_MS) }
  if (ageMs < 7 * DAY_MS) return { unit: 'days', count: Math.floor(ageMs / DAY_MS) }
  return { unit: 'date', isThisYear: moment.getFullYear() === now.getFullYear() }
}

/** Milliseconds after which the shown text is another one; null when it stays. */
export function nextChangeMs(moment: Date, now: Date): number | null {
  const ageMs = Math.max(0, now.getTime() - moment.getTime())
  if (ageMs >= 7 * DAY_MS) return null
  const step = ageMs < HOUR_MS ? MINUTE_MS : ageMs < DAY_MS ? HOUR_MS : DAY_MS
  return step - (ageMs % step)
}
