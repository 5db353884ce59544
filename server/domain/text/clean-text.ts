/** Makes any text storable and harmless to look at: no NUL, no lone surrogates, no stray direction marks. */

const LONE_SURROGATES = /[\uD800-\uDFFF]/gu
/** Embedding, override and isolate controls, and the marks: the characters that can reorder what surrounds them. */
const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g
const HAS_RIGHT_TO_LEFT =
  /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g

/**
 * Removes U+0000 and lone surrogates, which PostgreSQL's `text` and `jsonb` refuse.
 * @returns the same string when nothing is to do, which costs no copy
 * @see security rule 30
 */
export function cleanText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.replace(LONE_SURROGATES, '')
  return wellFormed.includes('\u0000') ? wellFormed.replaceAll('\u0000', '') : wellFormed
}

/** One line of plain text: control characters gone, white space runs made one blank, ends trimmed, at most `maxLength` UTF-16 units. */
export function cleanLine(text: string, maxLength: number): string {
  // The cut comes first, with room for white space, so that the work is bounded by the limit and not by the input.
  return truncateText(
    cleanText(truncateText(text, maxLength * 4))
      .replace(/\s+/g, ' ')
      .replace(CONTROLS, '')
      .trim(),
    maxLength,
  )
}

/** Several lines of plain text: line ends made `\n`, other control characters gone. */
export function cleanLines(text: string, maxLength: number): string {
  return cleanText(truncateText(text, maxLength)).replace(/\r\n?/g, '\n').replace(CONTROLS, '')
}

/** The first `maxLength` UTF-16 units, never cutting a character in two. */
export function truncateText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const last = text.charCodeAt(maxLength - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxLength - 1 : maxLength)
}

/** Removes every character that can change the direction of the text around it; for names in logs, titles and file names. */
export function stripBidiControls(text: string): string {
  return text.replace(BIDI_CONTROLS, '')
}

/** Leaves at most four marks on one letter, more than any script needs: a tower of them covers the lines around it. */
export function calmMarks(text: string): string {
  return text.replace(/(\p{M}{4})\p{M}+/gu, '$1')
}

/**
 * Wraps a remote name for use inside a sentence of ours, so that its direction cannot reorder the sentence.
 * Left-to-right text comes back unchanged.
 * @see UAX 9, first strong isolate; security rule 56
 */
export function isolateBidi(text: string): string {
  return HAS_RIGHT_TO_LEFT.test(text) ? `\u2068${stripBidiControls(text)}\u2069` : text
}
