/** A poll as its author asks for it, checked. Pure. */
import { HomebirdError } from '../../core/errors.ts'
import { cleanLine } from '../text/clean-text.ts'

/** What a poll of this home may be; shown to apps, kept here. */
export const POLL_LIMITS = {
  options: 10,
  characters: 100,
  minSeconds: 300,
  /** A year. */
  maxSeconds: 31_556_952,
} as const

export interface PollDraft {
  readonly options: readonly string[]
  readonly expiresInSeconds: number
  readonly isMultiple: boolean
  /** Nobody sees the counts before the end. */
  readonly hidesTotals: boolean
}

/**
 * @returns the draft with clean titles
 * @throws HomebirdError UNPROCESSABLE for fewer than two options or too many, equal, empty or too long ones, and for an end
 *   that is too near or too far
 */
export function checkPoll(draft: PollDraft): PollDraft {
  const { options: most, characters, minSeconds, maxSeconds } = POLL_LIMITS
  const options = draft.options.slice(0, most + 1).map((title) => cleanLine(title, characters * 2 + 2))
  const titles = options.filter((title) => title !== '')
  if (titles.length < 2) refuse('Options must have more than one item')
  if (titles.length > most) refuse(`Options cannot contain more than ${most} items`)
  if (titles.some((title) => Array.from(title).length > characters)) {
    refuse(`Options cannot be longer than ${characters} characters each`)
  }
  if (new Set(titles).size < titles.length) refuse('Options contain duplicate items')
  if (!(draft.expiresInSeconds >= minSeconds)) refuse('Expires at is too soon')
  if (draft.expiresInSeconds > maxSeconds) refuse('Expires at is too far into the future')
  return { ...draft, options: titles }
}

function refuse(why: string): never {
  throw new HomebirdError('UNPROCESSABLE', `a poll was asked for: ${why}`, {
    safe: `Validation failed: ${why}`,
  })
}
