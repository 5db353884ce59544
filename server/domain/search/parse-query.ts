/**
 * What somebody types into a search box, as terms: words, phrases, and the operators of Mastodon. Never an error: what is no
 * operator is words. Linear in the length of the text.
 */
import { hashtagKey } from '../text/scan-text.ts'
import { type Carried, type Quality } from './facts.ts'
import { type Period, parsePeriod } from './periods.ts'
import { cutWords } from './words.ts'

/** What follows is not looked at: nobody needs more, and each term costs time. */
const MOST_TERMS = 32
const MOST_TERM_WORDS = 32

/** Posts that the viewer did something with. */
export type Mark = 'bookmarked' | 'favourited' | 'boosted' | 'pinned'

export interface Handle {
  readonly username: string
  /** Null where none is given: somebody of this home first. */
  readonly domain: string | null
}

export type Condition =
  /** One after another, each whole, the last one perhaps only begun. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isBegun: boolean }
  | { readonly kind: 'hashtag'; readonly name: string }
  /** `me`, or somebody by handle. */
  | { readonly kind: 'author' | 'mention'; readonly who: 'me' | Handle }
  | { readonly kind: 'carries'; readonly what: Carried | 'embed' }
  | { readonly kind: 'quality'; readonly what: Quality }
  | { readonly kind: 'mark'; readonly mark: Mark }
  | { readonly kind: 'scope'; readonly scope: 'library' | 'public' }
  | { readonly kind: 'language'; readonly tag: string }
  | { readonly kind: 'period'; readonly period: Period }

export type SearchTerm = Condition & { readonly isNegated: boolean }

export interface SearchQuery {
  readonly terms: readonly SearchTerm[]
  /** The last word, if it may be one that is still being typed; an index into `terms`. */
  readonly typedAt: number | null
}

const QUOTES = /["“”„‟]/
const BLANK = /\s/

interface Piece {
  readonly text: string
  readonly isQuoted: boolean
  readonly isNegated: boolean
}

export function parseQuery(text: string): SearchQuery {
  const pieces = split(text)
  const conditions = pieces.map(conditionOf)
  const terms = pieces.flatMap(({ isNegated }, at) => {
    const condition = conditions[at] ?? null
    return condition === null ? [] : [{ ...condition, isNegated }]
  })
  const isTyping = isBareWord(pieces.at(-1), conditions.at(-1) ?? null) && !BLANK.test(text.at(-1) ?? ' ')
  return { terms, typedAt: isTyping ? terms.length - 1 : null }
}

function isBareWord(piece: Piece | undefined, condition: Condition | null): boolean {
  return piece?.isQuoted === false && !piece.isNegated && condition?.kind === 'words' && !condition.isBegun
}

/** At blanks outside of quotes; a quote that does not end ends with the text. */
function split(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  while (at < text.length && pieces.length < MOST_TERMS) {
    if (BLANK.test(text[at] ?? '')) {
      at += 1
      continue
    }
    const sign = text[at] ?? ''
    const isSigned = (sign === '-' || sign === '+') && !BLANK.test(text[at + 1] ?? ' ')
    const start = isSigned ? at + 1 : at
    const isQuoted = QUOTES.test(text[start] ?? '')
    const begin = isQuoted ? start + 1 : start
    const end = endOf(text, begin, isQuoted ? QUOTES : BLANK)
    pieces.push({ text: text.slice(begin, end), isQuoted, isNegated: isSigned && sign === '-' })
    at = isQuoted ? end + 1 : end
  }
  return pieces
}

function endOf(text: string, begin: number, stop: RegExp): number {
  let end = begin
  while (end < text.length && !stop.test(text[end] ?? '')) end += 1
  return end
}

function conditionOf(piece: Piece): Condition | null {
  if (piece.isQuoted) return wordsOf(piece.text, false)
  const operator = /^([a-z]+):(.+)$/i.exec(piece.text)
  const [, name = '', value = ''] = operator ?? []
  // Korean writes its particles to the word.
  return (
    operatorOf(name.toLowerCase(), value) ??
    hashtagOf(piece.text) ??
    wordsOf(piece.text, /\*$|\p{sc=Hangul}$/u.test(piece.text))
  )
}

/** Null where the text has nothing that could be found, such as `!?`. */
function wordsOf(text: string, isBegun: boolean): Condition | null {
  const words = cutWords(text)
    .slice(0, MOST_TERM_WORDS)
    .map(({ word }) => word)
  return words.length === 0 ? null : { kind: 'words', words, isBegun }
}

function hashtagOf(text: string): Condition | null {
  if (!/^[#＃][^#＃]+$/.test(text) || text.endsWith('*')) return null
  const name = hashtagKey(text.slice(1))
  return /^[\p{L}\p{M}\p{N}\p{Pc}\u200c\u00b7\u30fb]+$/u.test(name) ? { kind: 'hashtag', name } : null
}

function operatorOf(name: string, value: string): Condition | null {
  switch (name) {
    case 'from':
      return personOf('author', value)
    case 'mentions':
    case 'to':
      return personOf('mention', value)
    case 'has':
      return CARRIED[value.toLowerCase()] ?? null
    case 'is':
      return QUALITIES[value.toLowerCase()] ?? null
    case 'in':
      return SCOPES[value.toLowerCase()] ?? null
    case 'language':
    case 'lang':
      return /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(value) ? { kind: 'language', tag: value } : null
    case 'before':
    case 'after':
    case 'during': {
      const period = parsePeriod(name, value)
      return period === null ? null : { kind: 'period', period }
    }
    default:
      return null
  }
}

function personOf(kind: 'author' | 'mention', value: string): Condition | null {
  if (value.toLowerCase() === 'me') return { kind, who: 'me' }
  const [, username, domain] = /^@?([^\s@]{1,200})(?:@([^\s@]{1,253}))?$/.exec(value) ?? []
  if (username === undefined) return null
  return { kind, who: { username: username.toLowerCase(), domain: domain?.toLowerCase() ?? null } }
}

const carries = (what: Carried | 'embed'): Condition => ({ kind: 'carries', what })
const quality = (what: Quality): Condition => ({ kind: 'quality', what })
const marked = (mark: Mark): Condition => ({ kind: 'mark', mark })

type Vocabulary = Readonly<Record<string, Condition | undefined>>

const vocabulary = (words: Record<string, Condition>): Vocabulary =>
  Object.assign(Object.create(null) as Record<string, Condition>, words)

const CARRIED = vocabulary({
  media: carries('media'),
  image: carries('image'),
  video: carries('video'),
  audio: carries('audio'),
  link: carries('link'),
  poll: carries('poll'),
  quote: carries('quote'),
  embed: carries('embed'),
})

const QUALITIES = vocabulary({
  reply: quality('reply'),
  sensitive: quality('sensitive'),
  quote: carries('quote'),
  bookmarked: marked('bookmarked'),
  favourited: marked('favourited'),
  favorited: marked('favourited'),
  boosted: marked('boosted'),
  pinned: marked('pinned'),
})

/** `in:all` is what is searched anyway: it is an operator that asks for nothing. */
const SCOPES = vocabulary({
  library: { kind: 'scope', scope: 'library' },
  public: { kind: 'scope', scope: 'public' },
  all: { kind: 'period', period: { from: null, until: null } },
})
