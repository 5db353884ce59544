/** Numbers of a poll as they are shown. */
import type { Poll } from '../../server/contracts/poll.ts'

export interface OptionResult {
  /** Of those who voted, 0 to 1; null while the author hides the counts. */
  readonly share: number | null
  readonly isLeading: boolean
  readonly isOwn: boolean
}

/** In a poll of several choices each share is of the people, where they are counted: the shares add up to more than one. */
export function resultsOf(poll: Poll): readonly OptionResult[] {
  // Nobody is fewer than nobody, whatever another server counts.
  const votes = poll.options.map(({ votes_count: count }) => (count === null ? null : Math.max(0, count)))
  const sum = votes.reduce<number>((total, count) => total + (count ?? 0), 0)
  const people = poll.multiple ? (poll.voters_count ?? sum) : sum
  // Another server may count fewer people than votes for one option.
  const whole = Math.max(people, ...votes.map((count) => count ?? 0))
  const most = Math.max(...votes.map((count) => count ?? 0))
  return votes.map((count, index) => ({
    share: count === null ? null : whole === 0 ? 0 : count / whole,
    isLeading: count !== null && count > 0 && count === most,
    isOwn: poll.own_votes?.includes(index) ?? false,
  }))
}

/** Results instead of a ballot: it is over, or the reader has voted. */
export function isDecided(poll: Poll, now: Date): boolean {
  return poll.voted === true || isPollOver(poll, now)
}

export function isPollOver(poll: Pick<Poll, 'expired' | 'expires_at'>, now: Date): boolean {
  return poll.expired || (poll.expires_at !== null && Date.parse(poll.expires_at) <= now.getTime())
}

export type TimeLeft = {
  readonly unit: 'minutes' | 'hours' | 'days'
  readonly count: number
}

/** Null for a poll without an end, and for one whose end is no moment. */
export function momentOfEnd(poll: Pick<Poll, 'expires_at'>): string | null {
  return Number.isNaN(Date.parse(poll.expires_at ?? '')) ? null : poll.expires_at
}

/** Rounded down, so that nobody comes too late; under a minute it is zero minutes. */
export function timeLeft(expiresAt: string, now: Date): TimeLeft {
  const minutes = Math.max(0, Math.floor((Date.parse(expiresAt) - now.getTime()) / 60_000))
  if (minutes < 60) return { unit: 'minutes', count: minutes }
  if (minutes < 48 * 60) return { unit: 'hours', count: Math.floor(minutes / 60) }
  return { unit: 'days', count: Math.floor(minutes / (24 * 60)) }
}
