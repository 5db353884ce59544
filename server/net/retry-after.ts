/** Reads Retry-After. @see RFC 9110 section 10.2.3 */
import { FETCH_LIMITS } from './fetch-types.ts'

/** Seconds from now, at most a day; null for what is neither seconds nor a date. */
export function parseRetryAfter(raw: string | undefined, now: Date): number | null {
  const text = raw?.trim() ?? ''
  const seconds = /^\d{1,10}$/.test(text)
    ? Number(text)
    : Math.ceil((Date.parse(text) - now.getTime()) / 1000)
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), FETCH_LIMITS.retryAfterSeconds)
}
