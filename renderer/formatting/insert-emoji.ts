/** Puts an emoji into a text where the caret is. */

export interface EditedText {
  readonly text: string
  /** UTF-16 place behind what was put in. */
  readonly caret: number
}

/** The home reads the name of a custom emoji only where it stands free. */
const NEEDS_SPACE = /[^\s]/u

/**
 * Replaces what is selected.
 * @param name  a character of Unicode, or the name of a custom emoji of this home
 */
export function insertEmoji(
  text: string,
  [start, end]: readonly [number, number],
  { name, isCustom }: { readonly name: string; readonly isCustom: boolean },
): EditedText {
  const [before, after] = [text.slice(0, start), text.slice(end)]
  if (!isCustom) return { text: `${before}${name}${after}`, caret: start + name.length }
  const lead = NEEDS_SPACE.test(before.at(-1) ?? ' ') ? ' ' : ''
  const trail = NEEDS_SPACE.test(after.at(0) ?? 'x') ? ' ' : ''
  const words = `${lead}:${name}:${trail}`
  // A blank that is there already is stepped over.
  const step = trail === '' ? 1 : 0
  return { text: `${before}${words}${after}`, caret: start + words.length + step }
}
