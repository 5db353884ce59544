/**
 * Remote HTML made safe: a tree that holds allowed elements only is built from the token stream and written by a serializer of
 * our own. Nothing of the input reaches the output but escaped text, a short list of tag names, checked links and known classes.
 */
import { cleanText, truncateText } from './clean-text.ts'
import { escapeHtml } from './escape-html.ts'
import { visitHtml } from './html-tokens.ts'
import { AllowedTree } from './html-tree.ts'

/** The longest content that is read and the longest that is written, in UTF-16 units (security rule 31). */
export const MAX_CONTENT_LENGTH = 500_000

/**
 * Sanitises an HTML fragment by the allow-list that fediverse software agrees on (that of Mastodon 4.2): p br span a del s pre
 * blockquote code b strong u i em ul ol li ruby rt rp; headings become strong paragraphs, images their alternative text, other
 * elements are unwrapped, and those that never hold prose are dropped with their content.
 *
 * Sanitising the result again changes nothing, and a browser parses it to exactly the tree it was written from. Time is
 * linear in the input. On an unforeseen failure the source is shown as escaped text: a message is never lost.
 * @param maxLength  UTF-16 units, of the input and of the output alike; what is longer is cut
 * @see security rules 49 to 51
 */
export function sanitizeHtml(html: string, maxLength: number = MAX_CONTENT_LENGTH): string {
  const source = cleanText(truncateText(html, maxLength))
  try {
    const tree = new AllowedTree(maxLength)
    visitHtml(source, tree)
    return tree.toHtml()
  } catch {
    return escapedSource(source, maxLength)
  }
}

/** The source of a fragment as text that can be read, at most `maxLength` long. */
export function escapedSource(source: string, maxLength: number): string {
  // 6 is the longest escape; 7 is the paragraph around.
  const room = Math.max(0, Math.floor((maxLength - 7) / 6))
  return `<p>${escapeHtml(truncateText(source, room))}</p>`
}
