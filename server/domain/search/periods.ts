/** Pieces of time that somebody names by a year, a month or a day, in UTC. */

/** Milliseconds since 1970; null is open. `until` belongs to it no more. */
export interface Period {
  readonly from: number | null
  readonly until: number | null
}

const NAMED = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/

/**
 * `before:2024-05` ends where May begins, `after:2024-05` begins where it ends, `during:2024-05` is the month itself.
 * @returns null for what names no time, such as a thirteenth month
 */
export function parsePeriod(how: 'before' | 'after' | 'during', text: string): Period | null {
  const named = namedPeriod(text)
  if (named === null) return null
  switch (how) {
    case 'before':
      return { from: null, until: named.from }
    case 'after':
      return { from: named.until, until: null }
    case 'during':
      return named
  }
}

function namedPeriod(text: string): { readonly from: number; readonly until: number } | null {
  const [, ...parts] = NAMED.exec(text) ?? []
  const [year, month, day] = parts.map((part) => (part === undefined ? undefined : Number(part)))
  if (year === undefined) return null
  const from = new Date(0)
  from.setUTCFullYear(year, (month ?? 1) - 1, day ?? 1)
  // The calendar moves what is none of its days into the next month.
  if (from.getUTCMonth() !== (month ?? 1) - 1 || from.getUTCDate() !== (day ?? 1)) return null
  const until = new Date(from)
  if (day !== undefined) until.setUTCDate(day + 1)
  else if (month !== undefined) until.setUTCMonth(month)
  else until.setUTCFullYear(year + 1)
  return { from: from.getTime(), until: until.getTime() }
}
