/**
 * When a certificate is asked for: anew after two thirds of its life or when its authority says, never more than a few times
 * an hour, and after failures ever more seldom, also over restarts. Clocks that jump end no waiting for ever.
 */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
export const MOST_ORDERS_AN_HOUR = 3
const FIRST_PAUSE_MS = MINUTE_MS
const LAST_PAUSE_MS = 12 * HOUR_MS
const MOST_DOUBLINGS = 16
/** Of a life, by which moments of homes that were set up together differ. */
const JITTER = 1 / 30
/** No authority's word puts it off further; and none brings it so near that one certificate would follow the other. */
const LATEST = 5 / 6
const EARLIEST = 1 / 10

export interface Lifetime {
  readonly notBefore: Date
  readonly notAfter: Date
}

/** @param random  from 0 to 1, kept for the life of the certificate. @param suggested  by the authority */
export function renewalMoment(
  { notBefore, notAfter }: Lifetime,
  random: number,
  suggested: Readonly<Record<'start' | 'end', Date>> | null,
): Date {
  const startMs = notBefore.getTime()
  const lifeMs = notAfter.getTime() - startMs
  if (suggested === null) return new Date(startMs + lifeMs * (2 / 3 - JITTER * random))
  const windowMs = Math.max(suggested.end.getTime() - suggested.start.getTime(), 0)
  const wishedMs = suggested.start.getTime() + windowMs * random
  const earliestMs = startMs + Math.min(lifeMs * EARLIEST, DAY_MS)
  return new Date(Math.min(Math.max(wishedMs, earliestMs), startMs + lifeMs * LATEST))
}

/** Orders for one host at one authority, as they are kept. Moments are milliseconds since 1970. */
export interface OrderHistory {
  readonly directory: string
  /** Of the last hour. */
  readonly ordered: readonly number[]
  /** In a row. */
  readonly failures: number
  /** None before this. */
  readonly heldUntil: number
  /** The authority itself has said so. */
  readonly isHeldByAuthority: boolean
  /** Why the last one failed; null after a success. */
  readonly lastError: string | null
  /** Directory of the authority that the certificate in use is of; null where none is. */
  readonly issuedBy: string | null
}

export const newHistory = (directory: string, issuedBy: string | null = null): OrderHistory => ({
  directory,
  issuedBy,
  ordered: [],
  failures: 0,
  heldUntil: 0,
  isHeldByAuthority: false,
  lastError: null,
})

/** The first moment at which it may be ordered; `now` or earlier: at once. */
export function mayOrderAt(history: OrderHistory, now: number): number {
  // What lies further ahead than any pause was written while the clock was wrong.
  const heldUntil = history.heldUntil - now > DAY_MS ? now : history.heldUntil
  const recent = recentOf(history, now)
  const oldest = recent.length < MOST_ORDERS_AN_HOUR ? undefined : recent.at(-MOST_ORDERS_AN_HOUR)
  return Math.max(heldUntil, oldest === undefined ? 0 : oldest + HOUR_MS)
}

export const afterOrder = (history: OrderHistory, now: number): OrderHistory => ({
  ...history,
  ordered: [...recentOf(history, now), now],
})

export const afterSuccess = (history: OrderHistory): OrderHistory => ({
  ...newHistory(history.directory, history.directory),
  ordered: history.ordered,
})

/** @param askedMs  for which the authority wants peace; null where it says nothing */
export function afterFailure(
  history: OrderHistory,
  { now, random, askedMs, why }: { now: number; random: number; askedMs: number | null; why: string },
): OrderHistory {
  const doublings = Math.min(history.failures, MOST_DOUBLINGS)
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** doublings, LAST_PAUSE_MS) * (0.5 + random / 2)
  return {
    ...history,
    failures: history.failures + 1,
    heldUntil: now + Math.min(Math.max(pauseMs, askedMs ?? 0), DAY_MS),
    isHeldByAuthority: askedMs !== null && askedMs > pauseMs,
    lastError: why,
  }
}

/** Somebody has mended something: only the authority's own word and the hour's limit count still. */
export const afterNudge = (history: OrderHistory): OrderHistory =>
  history.isHeldByAuthority ? history : { ...history, heldUntil: 0 }

const recentOf = ({ ordered }: OrderHistory, now: number): readonly number[] =>
  ordered.filter((at) => at > now - HOUR_MS && at <= now + MINUTE_MS)
