/** Text as filters compare it, and where words end in it: in any script, also in those that write no blanks between words. */

import { truncateText } from '../text/clean-text.ts'

/** What is not seen: soft hyphens, joiners, variation selectors, byte order marks. */
const INVISIBLE = /[\u00AD\u200B-\u200D\u2060\uFEFF\p{Variation_Selector}]/gu
const BLANKS = /\s+/g
const TYPED_ALIKE: ReadonlyMap<string, string> = new Map([
  ['ς', 'σ'],
  ['ß', 'ss'],
  ['’', "'"],
])
const ALIKE = /[ςß’]/g

/** What stands beyond so many letters of a text nobody reads; some characters make eighteen of one when they are folded. */
const MOST_LETTERS = 200_000

/**
 * Width, case, kinds of blanks and what is not seen make no difference: the text in compatibility form (NFKC), small
 * letters, one blank for any run of them.
 */
export function foldText(text: string): string {
  return truncateText(text, MOST_LETTERS)
    .normalize('NFKC')
    .slice(0, MOST_LETTERS)
    .replace(INVISIBLE, '')
    .toLowerCase()
    .replace(ALIKE, (character) => TYPED_ALIKE.get(character) ?? character)
    .replace(BLANKS, ' ')
    .trim()
}

const WORD = /^[\p{L}\p{M}\p{N}\p{Pc}]/u
const MARK = /^\p{M}/u
/** Scripts whose words stand without blanks between them. */
const UNSPACED =
  /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u
/** UTF-16 units on either side of a place that a dictionary looks at: longer than any word. */
const LOOKED_AROUND = 24
/** Looks into the dictionary for one text; each takes about 10 µs. */
const MOST_LOOKS = 500

let segmenter: Intl.Segmenter | null = null

/** Where words end in one folded text. */
export class WordEdges {
  readonly #text: string
  #looks = 0

  constructor(text: string) {
    this.#text = text
  }

  /**
   * Whether no word goes through this place. Between scripts that write without blanks and others there is always an end;
   * inside such a script the dictionary of the platform says, and after its looks are used up every place is one.
   * @param place  in UTF-16 units, between two characters
   */
  has(place: number): boolean {
    const before = characterBefore(this.#text, place)
    const after = characterAt(this.#text, place)
    if (!WORD.test(before) || !WORD.test(after)) return true
    if (MARK.test(after)) return false
    const isUnspaced = UNSPACED.test(after)
    if (isUnspaced !== UNSPACED.test(before)) return true
    return isUnspaced && this.#isCut(place)
  }

  #isCut(place: number): boolean {
    this.#looks += 1
    if (this.#looks > MOST_LOOKS) return true
    segmenter ??= new Intl.Segmenter('und', { granularity: 'word' })
    const start = Math.max(0, place - LOOKED_AROUND)
    const around = this.#text.slice(start, place + LOOKED_AROUND)
    return segmenter.segment(around).containing(place - start)?.index === place - start
  }
}

function characterAt(text: string, place: number): string {
  const code = text.codePointAt(place)
  return code === undefined ? '' : String.fromCodePoint(code)
}

function characterBefore(text: string, place: number): string {
  const isPair = place >= 2 && /^[\uDC00-\uDFFF]$/.test(text.charAt(place - 1))
  return text.slice(Math.max(0, place - (isPair ? 2 : 1)), place)
}
