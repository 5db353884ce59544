/**
 * From a text to the words under which it is found: the one place for what is written into the index and for what is asked
 * of it, so that both are folded and cut alike.
 */

/** A text counts by its beginning; far above what people write, and what keeps a vector below PostgreSQL's limit of 1 MB. */
const MOST_CHARACTERS = 50_000
/** PostgreSQL counts positions up to 16,383. */
export const MOST_WORDS = 10_000
/** A longer run is no word but data: it is found by its beginning. */
const MOST_WORD_CHARACTERS = 64

export interface CutWord {
  readonly word: string
  /** What of it is found on its own: the characters and pairs of a word in Han characters, which readers take apart. */
  readonly parts: readonly string[]
}

// oxlint-disable-next-line no-control-regex -- all of ASCII
const ASCII = /^[\x00-\x7f]*$/
/** Accents, and the points and lengthening of Arabic and Hebrew: written or left out at will. */
const MARKS = /[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]/g
/** Variants of one emoji: skin tones, how it is drawn, the frame of a key. */
const EMOJI_VARIANTS = /[\u{1f3fb}-\u{1f3ff}]|\ufe0e|\ufe0f|\u20e3/gu
/** What no decomposition takes apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ð: 'd',
  þ: 'th',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ŧ: 't',
  ς: 'σ',
}
const SPECIAL_LETTERS = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g')

/** Runs of letters and numbers; emoji, also joined ones; flags. */
const WORD =
  /[\p{L}\p{M}\p{N}]+|\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic})*|\p{Regional_Indicator}{2}/gu
/** The same, where there is nothing else: most texts, and several times faster. */
const ASCII_WORD = /[a-z0-9]+/g
/** Scripts that put no spaces between words. */
const UNSPACED = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/v
const HAN_WORD = /^\p{sc=Han}{2,}$/v

const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/** Without case, accents and compatibility forms: `Ünïcode`, `ＵＮＩＣＯＤＥ` and `unicode` are one. */
export function foldText(text: string): string {
  const begun = text.slice(0, MOST_CHARACTERS)
  if (ASCII.test(begun)) return begun.toLowerCase()
  return begun
    .toLowerCase()
    .normalize('NFKD')
    .replace(MARKS, '')
    .replace(EMOJI_VARIANTS, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(SPECIAL_LETTERS, (letter) => LETTERS[letter] ?? letter)
    .slice(0, MOST_CHARACTERS)
}

/**
 * The words of a text in their order, without punctuation: `don't` is `don` and `t`, `a-b.example` is `a`, `b` and
 * `example`; whoever asks for it asks for them one after another. Emoji are words. Linear in the length of the text.
 */
export function cutWords(text: string): CutWord[] {
  const folded = foldText(text)
  if (ASCII.test(folded)) return (folded.match(ASCII_WORD) ?? []).slice(0, MOST_WORDS).map(plainWord)
  const words: CutWord[] = []
  for (const run of folded.match(WORD) ?? []) {
    if (words.length >= MOST_WORDS) break
    if (UNSPACED.test(run)) words.push(...cutUnspaced(run))
    else words.push(plainWord(run))
  }
  return words.slice(0, MOST_WORDS)
}

const NO_PARTS: readonly string[] = []

const plainWord = (run: string): CutWord => ({ word: beginning(run), parts: NO_PARTS })

function cutUnspaced(run: string): CutWord[] {
  const words: CutWord[] = []
  for (const { segment, isWordLike } of segmenter.segment(run)) {
    if (isWordLike !== true) continue
    const word = beginning(segment)
    words.push({ word, parts: HAN_WORD.test(word) ? partsOf(word) : NO_PARTS })
  }
  return words
}

/** Two who cut one text differently still find it: what one takes for a word is made of parts of the other's. */
function partsOf(word: string): string[] {
  const characters = Array.from(word)
  const pairs =
    characters.length === 2 ? [] : characters.slice(1).map((next, at) => `${characters[at]}${next}`)
  return [...characters, ...pairs]
}

function beginning(run: string): string {
  return run.length <= MOST_WORD_CHARACTERS ? run : Array.from(run).slice(0, MOST_WORD_CHARACTERS).join('')
}

/** A text as a quoted lexeme of PostgreSQL's `tsvector` and `tsquery`, whatever is in it. */
export function quoteLexeme(text: string): string {
  return `'${text.replace(/[\\']/g, '$&$&')}'`
}
