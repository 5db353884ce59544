/** The beginning of a post as one plain line, where the post itself is not the matter. */

const BREAKS = /<br\b[^>]*>|<\/(?:p|li|h[1-6]|blockquote|pre)>/gi
const MOST = 280

/**
 * @param textOf  turns HTML into its text; the browser does it, and nothing of it becomes an element of the page
 * @returns an empty text where there are no words
 */
export function excerptOf(html: string, textOf: (html: string) => string): string {
  const line = textOf(html.replace(BREAKS, (tag) => `${tag} `))
    .replace(/\s+/g, ' ')
    .trim()
  const letters = Array.from(line)
  return letters.length <= MOST ? line : `${letters.slice(0, MOST).join('')}…`
}
