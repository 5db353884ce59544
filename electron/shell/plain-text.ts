/** What strangers wrote, as the system may show it: one short line without characters that turn or break what stands around. */

const MOST_CHARACTERS = 200
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu

/** @see security rule 98 */
export function plainText(text: string): string {
  // Bounded first: a grapheme may be of any length, and so may the text.
  const line = text
    .slice(0, MOST_CHARACTERS * 4)
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .replace(UNSEEN, '')
    .trim()
  if (line.length <= MOST_CHARACTERS) return line
  const last = line.charCodeAt(MOST_CHARACTERS - 2)
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return `${line.slice(0, isHalf ? MOST_CHARACTERS - 2 : MOST_CHARACTERS - 1).trimEnd()}…`
}

/** For a place that reads a few tags: there it stays what was written. @see Desktop Notifications Specification, "Markup" */
export function asMarkup(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
