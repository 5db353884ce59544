/** Finds emoji by the words of a language; the data are those of Unicode's CLDR, in the order of Unicode. */

/** As the data file has it; fields that are not used are left out. */
export interface EmojiRecord {
  readonly emoji: string
  readonly annotation: string
  readonly tags?: readonly string[]
  /** 0 smileys, 1 people, 2 parts of people, 3 animals, 4 food, 5 travel, 6 activities, 7 objects, 8 symbols, 9 flags */
  readonly group: number
  readonly order: number
  /** Version of Unicode's emoji that brought it. */
  readonly version: number
}

/** 2 holds skin and hair alone, which nobody reacts with. */
export const EMOJI_GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const

/** What many systems do not draw yet would be an empty box. */
const NEWEST_VERSION = 15

export function usableEmoji(records: readonly EmojiRecord[]): readonly EmojiRecord[] {
  return records
    .filter(({ group, version }) => group !== 2 && version <= NEWEST_VERSION)
    .toSorted((a, b) => a.order - b.order)
}

const MOST_FOUND = 80

/** Every word must begin one of the emoji's own; those whose name begins with the first word come first. */
export function findEmoji(records: readonly EmojiRecord[], typed: string): readonly EmojiRecord[] {
  const words = plain(typed)
    .split(/[\s_:]+/)
    .filter((word) => word !== '')
  const [first] = words
  if (first === undefined) return []
  const found = records.filter((record) => {
    const own = wordsOf(record)
    return record.emoji === typed.trim() || words.every((word) => own.some((one) => one.startsWith(word)))
  })
  const rank = (record: EmojiRecord): number => (plain(record.annotation).startsWith(first) ? 0 : 1)
  return found.toSorted((a, b) => rank(a) - rank(b) || a.order - b.order).slice(0, MOST_FOUND)
}

function wordsOf({ annotation, tags = [] }: EmojiRecord): string[] {
  return [annotation, ...tags].flatMap((text) => plain(text).split(/[\s-]+/))
}

/** Without case and accents: `fröhlich` is found by `frohlich` and by `fröhlich`. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
