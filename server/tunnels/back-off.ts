/** How long to wait before the next attempt: full jitter over a limit that doubles. */

export const FIRST_LIMIT_MS = 500
export const LAST_LIMIT_MS = 60_000
/** So many doublings lead beyond the last limit; more would leave the numbers that are exact. */
const MOST_DOUBLINGS = 16

/**
 * @param attempts  those that failed since the transport was last up for a minute, from 1
 * @param random  from 0 to 1, as of Math.random
 * @returns milliseconds
 */
export function backOffMs(attempts: number, random: () => number): number {
  const doublings = Math.min(Math.max(attempts - 1, 0), MOST_DOUBLINGS)
  return Math.round(Math.min(FIRST_LIMIT_MS * 2 ** doublings, LAST_LIMIT_MS) * random())
}
