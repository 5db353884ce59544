/** Texts that are cut where they would fill the page: at a letter, with a sign that they go on. */

export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const letters = Array.from(text.slice(0, 2 * most + 2))
  return letters.length <= most ? text : `${letters.slice(0, most).join('')}…`
}

/** Of a content warning, in letters. */
export const MOST_OF_WARNING = 500
/** Of one option of a poll, in letters. */
export const MOST_OF_OPTION = 100
/** Of what stands in one line or two of a list, in letters. */
export const MOST_OF_LINE = 280
