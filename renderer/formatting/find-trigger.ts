/** What the person is just typing that the home could complete: the start of a handle, a hashtag or an emoji's name. */

export interface Trigger {
  readonly kind: 'person' | 'hashtag' | 'emoji'
  /** Without its sign. */
  readonly query: string
  /** UTF-16 places in the text, the sign included. */
  readonly start: number
  readonly end: number
}

/** Nobody writes longer ones by hand; looking back stays cheap in texts without blanks. */
const MOST_UNITS = 100

/**
 * As the home reads them: nothing within a word or an address. A full-width sign is one too, and marks of direction and
 * punctuation of any script may stand before it.
 */
const PERSON = /(?<![\p{L}\p{M}\p{N}\p{Pc}/=@.])[@＠]([\w.-]*(?:@[\p{L}\p{M}\p{N}.-]*)?)$/u
const HASHTAG = /(?<![\p{L}\p{M}\p{N}\p{Pc}/#&])[#＃]([\p{L}\p{M}\p{N}\p{Pc}·]*)$/u
const EMOJI = /(?<![\p{L}\p{M}\p{N}\p{Pc}:/]):([\w-]{2,})$/u

/** @param caret  UTF-16 place */
export function findTrigger(text: string, caret: number): Trigger | null {
  const before = text.slice(Math.max(0, caret - MOST_UNITS), caret)
  return (
    triggerOf('person', PERSON, before, caret) ??
    triggerOf('hashtag', HASHTAG, before, caret) ??
    triggerOf('emoji', EMOJI, before, caret)
  )
}

function triggerOf(kind: Trigger['kind'], pattern: RegExp, before: string, caret: number): Trigger | null {
  const match = pattern.exec(before)
  const query = match?.[1] ?? ''
  if (match === null || query === '') return null
  return { kind, query, start: caret - match[0].length, end: caret }
}
