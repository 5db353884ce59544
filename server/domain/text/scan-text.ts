/**
 * Finds links, mentions and hashtags in plain text with one forward scan. Every character is looked at a bounded number of
 * times: what a match consumed is skipped, and a failed match never looks further than its own characters.
 */

export interface LinkToken {
  readonly kind: 'link'
  readonly start: number
  readonly end: number
  /** As written, without trailing punctuation. */
  readonly url: string
}

export interface MentionToken {
  readonly kind: 'mention'
  readonly start: number
  readonly end: number
  readonly username: string
  /** Lower case as written, possibly Unicode; null for an address without a domain. */
  readonly domain: string | null
}

export interface HashtagToken {
  readonly kind: 'hashtag'
  readonly start: number
  readonly end: number
  /** As written, without `#`. */
  readonly name: string
}

export type TextToken = LinkToken | MentionToken | HashtagToken

/** What looked like a link and is none: it is skipped as a whole, or its characters would be scanned again and again. */
interface SkippedRun {
  readonly kind: 'skipped'
  readonly end: number
}

const WORD = /[\p{L}\p{M}\p{Nd}\p{Pc}]/u
const LETTER = /\p{L}/u
/** Zero-width non-joiner and the two middle dots join words inside a hashtag (Persian, Catalan, Japanese). */
const HASHTAG_JOINERS: ReadonlySet<string> = new Set(['\u200c', '\u00b7', '\u30fb'])
const MAX_HASHTAG_LENGTH = 200
const MAX_URL_LENGTH = 4_096
const CLOSERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
const TRAILING: ReadonlySet<string> = new Set('. , : ; ! ? \' " … ’ ” » * _ ~ ) ] }'.split(' '))

// oxlint-disable-next-line no-control-regex -- control characters end a link
const LINK_ENDS = /[\s<>"`\u0000-\u001f\u007f]/

const characterAt = (text: string, index: number): string => {
  const point = text.codePointAt(index)
  return point === undefined ? '' : String.fromCodePoint(point)
}

const isAsciiWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)

function isWordAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (code < 128) return isAsciiWord(code)
  return index < text.length && WORD.test(characterAt(text, index))
}

/** Whether the character that ends just before `index` is a word character. */
function isWordBefore(text: string, index: number): boolean {
  if (index === 0) return false
  const code = text.charCodeAt(index - 1)
  const isLowSurrogate = code >= 0xdc00 && code <= 0xdfff && index >= 2
  return isWordAt(text, isLowSurrogate ? index - 2 : index - 1)
}

/** All links, mentions and hashtags in order; they never overlap. */
export function scanText(text: string): TextToken[] {
  const tokens: TextToken[] = []
  let index = 0
  while (index < text.length) {
    const token = tokenAt(text, index)
    if (token === null) {
      index += 1
    } else {
      if (token.kind !== 'skipped') tokens.push(token)
      index = token.end
    }
  }
  return tokens
}

function tokenAt(text: string, index: number): TextToken | SkippedRun | null {
  switch (text.charCodeAt(index)) {
    case 0x40: // @
    case 0xff20: // the full-width form of Japanese keyboards
      return mentionAt(text, index)
    case 0x23: // #
    case 0xff03:
      return hashtagAt(text, index)
    case 0x68: // h
    case 0x48:
      return linkAt(text, index)
    default:
      return null
  }
}

const isUsernameCode = (code: number): boolean => isAsciiWord(code) || code === 0x2d || code === 0x2e

function mentionAt(text: string, start: number): MentionToken | null {
  const before = text[start - 1]
  if (isWordBefore(text, start) || before === '/' || before === '=' || before === '@' || before === '.')
    return null
  const nameEnd = trimmedEnd(
    text,
    start + 1,
    spanEnd(text, start + 1, (at) => isUsernameCode(text.charCodeAt(at))),
  )
  if (nameEnd === start + 1 || !isAsciiWord(text.charCodeAt(start + 1))) return null
  const username = text.slice(start + 1, nameEnd)
  const domainEnd = text[nameEnd] === '@' ? domainEndAt(text, nameEnd + 1) : nameEnd
  if (domainEnd === nameEnd) {
    return { kind: 'mention', start, end: nameEnd, username, domain: null }
  }
  const domain = text.slice(nameEnd + 1, domainEnd).toLowerCase()
  return { kind: 'mention', start, end: domainEnd, username, domain }
}

/** The end of a host name (with a port, if any) that begins at `start`; `start - 1` when there is none. */
function domainEndAt(text: string, start: number): number {
  const isHost = (at: number): boolean => text[at] === '.' || text[at] === '-' || isWordAt(text, at)
  const end = trimmedEnd(text, start, spanEnd(text, start, isHost))
  if (end === start || text[start] === '.' || text[start] === '-') return start - 1
  if (text[end] !== ':') return end
  const portEnd = spanEnd(text, end + 1, (at) => /[0-9]/.test(text[at] ?? ''))
  return portEnd > end + 1 && portEnd <= end + 6 ? portEnd : end
}

/** The first index from `start` on that does not fit; steps over whole characters. */
function spanEnd(text: string, start: number, fits: (index: number) => boolean): number {
  let end = start
  while (end < text.length && fits(end)) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  return end
}

function trimmedEnd(text: string, start: number, end: number): number {
  let trimmed = end
  while (trimmed > start && (text[trimmed - 1] === '.' || text[trimmed - 1] === '-')) trimmed -= 1
  return trimmed
}

function hashtagAt(text: string, start: number): HashtagToken | null {
  const before = text[start - 1]
  if (isWordBefore(text, start) || before === '/' || before === '=' || before === '#' || before === '&')
    return null
  const limit = start + 1 + MAX_HASHTAG_LENGTH
  let end = spanEnd(
    text,
    start + 1,
    (at) => at < limit && (isWordAt(text, at) || HASHTAG_JOINERS.has(text[at] ?? '')),
  )
  while (end > start + 1 && HASHTAG_JOINERS.has(text[end - 1] ?? '')) end -= 1
  const name = text.slice(start + 1, end)
  return name !== '' && isWordAt(text, start + 1) && LETTER.test(name)
    ? { kind: 'hashtag', start, end, name }
    : null
}

function linkAt(text: string, start: number): LinkToken | SkippedRun | null {
  const scheme = /^https?:\/\//i.exec(text.slice(start, start + 8))?.[0]
  if (scheme === undefined || isWordBefore(text, start)) return null
  const hardEnd = spanEnd(text, start + scheme.length, (at) => !LINK_ENDS.test(text[at] ?? ' '))
  const end = linkEnd(text, start + scheme.length, hardEnd)
  const url = text.slice(start, end)
  const isLink = url.length > scheme.length && url.length <= MAX_URL_LENGTH && URL.canParse(url)
  if (!isLink || new URL(url).username !== '') return { kind: 'skipped', end: hardEnd }
  return { kind: 'link', start, end, url }
}

/** Trailing punctuation belongs to the sentence, a closing bracket only to the link if it was opened there. */
function linkEnd(text: string, start: number, hardEnd: number): number {
  const balance: Record<string, number> = { '(': 0, '[': 0, '{': 0 }
  for (let at = start; at < hardEnd; at += 1) {
    const character = text[at] ?? ''
    const opener = CLOSERS[character]
    if (character in balance) balance[character] = (balance[character] ?? 0) + 1
    else if (opener !== undefined) balance[opener] = (balance[opener] ?? 0) - 1
  }
  let end = hardEnd
  while (end > start && TRAILING.has(text[end - 1] ?? '')) {
    const opener = CLOSERS[text[end - 1] ?? '']
    if (opener !== undefined) {
      if ((balance[opener] ?? 0) >= 0) break
      balance[opener] = (balance[opener] ?? 0) + 1
    }
    end -= 1
  }
  return end
}

/** The addresses a text names, in order, each once. */
export function findMentions(text: string): { readonly username: string; readonly domain: string | null }[] {
  const found = new Map<string, { readonly username: string; readonly domain: string | null }>()
  for (const token of scanText(text)) {
    if (token.kind !== 'mention') continue
    const key = mentionKey(token.username, token.domain)
    if (!found.has(key)) found.set(key, { username: token.username, domain: token.domain })
  }
  return [...found.values()]
}

/** How a mention is looked up: `user` or `user@domain`, in lower case. */
export function mentionKey(username: string, domain: string | null): string {
  return domain === null ? username.toLowerCase() : `${username}@${domain}`.toLowerCase()
}

/** The hashtags of a text without `#`, in order as first written, each once whatever its case. */
export function findHashtags(text: string): string[] {
  const found = new Map<string, string>()
  for (const token of scanText(text)) {
    if (token.kind === 'hashtag' && !found.has(hashtagKey(token.name)))
      found.set(hashtagKey(token.name), token.name)
  }
  return [...found.values()]
}

/** The form under which a hashtag is stored and searched: compatibility-composed lower case without joiners' variants. */
export function hashtagKey(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}

/** Characters that a link counts, however long it is. */
export const LINK_CHARACTERS = 23

/**
 * The length of a post as its writer is told it: user-perceived characters, each link 23, a remote mention only its local part.
 * @see Mastodon API, configuration.statuses.characters_reserved_per_url
 */
export function countCharacters(text: string): number {
  let reserved = 0
  let plain = ''
  let position = 0
  for (const token of scanText(text)) {
    if (token.kind === 'hashtag') continue
    plain += text.slice(position, token.start)
    position = token.end
    if (token.kind === 'link') reserved += LINK_CHARACTERS
    else plain += `@${token.username}`
  }
  return reserved + countGraphemes(plain + text.slice(position))
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

function countGraphemes(text: string): number {
  // Without CR there is one character per unit in ASCII; segmenting costs 100 times more.
  if (/^[\n\x20-\x7e]*$/.test(text)) return text.length
  let count = 0
  for (const _ of graphemes.segment(text)) count += 1
  return count
}
