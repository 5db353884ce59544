/** Cuts plain text for previews, where a reader sees that there is more. */

const ELLIPSIS = '…'
/** A cut goes back to the last blank, unless that costs more than this share of the text. */
const MOST_GIVEN_UP = 0.4

/**
 * At most `maxLength` UTF-16 units, the ellipsis included: cut between words, in scripts without blanks between
 * characters, and never inside of what is seen as one character.
 */
export function shortenText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const room = maxLength - ELLIPSIS.length
  // A bounded piece: the cost must not depend on how much is cut off.
  const piece = text.slice(0, maxLength + 64)
  const cut = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    .segment(piece)
    .containing(room)?.index
  const whole = piece.slice(0, cut ?? room)
  const isWordEnd = /^\s/.test(piece.slice(whole.length))
  const blank = isWordEnd ? whole.length : whole.search(/\s\S*$/)
  const kept = blank > room * (1 - MOST_GIVEN_UP) ? whole.slice(0, blank) : whole
  return `${kept.trimEnd()}${ELLIPSIS}`
}
