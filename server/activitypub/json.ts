/**
 * Reads ActivityPub documents as plain JSON: one bounded parse, then typed looks at single properties. JSON-LD is never
 * processed: a context is neither fetched nor applied, so it cannot give a known term another meaning.
 */
import { cleanText } from '../domain/text/clean-text.ts'
import { findRemoteUrl } from '../net/origin.ts'

export type JsonObject = { readonly [key: string]: unknown }

/** Security rule 30. */
export const MAX_DOCUMENT_BYTES = 1_048_576
export const MAX_DOCUMENT_DEPTH = 32
export const MAX_ARRAY_LENGTH = 10_000
/** Security rule 20. */
export const MAX_URI_LENGTH = 2_048

/** Keys that could poison an object here, and keys by which JSON-LD moves or adds statements (rules 21 and 30). */
const REFUSED_KEYS: ReadonlySet<string> = new Set(
  '__proto__ constructor prototype @graph @included @reverse'.split(' '),
)

/** Only an escape can bring NUL or half a surrogate pair into a string: the bytes themselves are decoded as UTF-8. */
const SUSPICIOUS_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/

export type ParsedJson =
  | { readonly ok: true; readonly document: JsonObject }
  | { readonly ok: false; readonly reason: string }

/**
 * Parses the body of an activity or of a fetched document.
 * @returns a reason instead of the document when it is too large, too deep or too wide, no JSON object, or holds a refused key
 * @see security rules 18, 21, 30
 */
export function parseActivityJson(bytes: Uint8Array): ParsedJson {
  if (bytes.byteLength > MAX_DOCUMENT_BYTES) {
    return refused(`the document has ${bytes.byteLength} bytes, the limit is ${MAX_DOCUMENT_BYTES}`)
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  let value: unknown
  try {
    // A byte order mark is not JSON, but some blog software sends one.
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch {
    return refused('the document is not JSON')
  }
  if (!isObject(value)) return refused('the document is not a JSON object')
  const fault = findFault(value, 1)
  if (fault !== null) return refused(fault)
  return { ok: true, document: SUSPICIOUS_ESCAPE.test(text) ? cleanObject(value) : value }
}

const refused = (reason: string): ParsedJson => ({ ok: false, reason })

/** Recursion ends at MAX_DOCUMENT_DEPTH. */
function findFault(value: object, depth: number): string | null {
  if (depth > MAX_DOCUMENT_DEPTH) return `the document is nested deeper than ${MAX_DOCUMENT_DEPTH} levels`
  if (Array.isArray(value)) {
    if (value.length > MAX_ARRAY_LENGTH)
      return `an array has ${value.length} items, the limit is ${MAX_ARRAY_LENGTH}`
    for (const item of value as unknown[]) {
      const fault = typeof item === 'object' && item !== null ? findFault(item, depth + 1) : null
      if (fault !== null) return fault
    }
    return null
  }
  for (const key of Object.keys(value)) {
    if (REFUSED_KEYS.has(key)) return `the document has the key ${key}`
    const item = (value as JsonObject)[key]
    const fault = typeof item === 'object' && item !== null ? findFault(item, depth + 1) : null
    if (fault !== null) return fault
  }
  return null
}

function cleanObject(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleanValue(item)]))
}

function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanValue)
  return isObject(value) ? cleanObject(value) : value
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON-LD writes one value and an array of one value alike; nothing is an empty array. */
export function asArray(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? (value as unknown[]) : [value]
}

/** The first text in a string, an array of strings, or a language-tagged value. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  for (const item of asArray(value)) {
    if (typeof item === 'string') return item
    if (isObject(item) && typeof item['@value'] === 'string') return item['@value']
  }
  return null
}

/** True only for `true` or the text "true"; some servers send booleans as text. */
export function flagOf(value: unknown): boolean {
  return value === true || value === 'true'
}

/** A finite number between the bounds, or null. */
export function numberOf(value: unknown, minimum: number, maximum: number): number | null {
  const number = typeof value === 'string' && value.length < 20 && value !== '' ? Number(value) : value
  return typeof number === 'number' && number >= minimum && number <= maximum ? number : null
}

/** A count of somebody else's making: a whole number from 0 to a billion, or null. */
export function countOf(value: unknown): number | null {
  const number = numberOf(value, 0, 1_000_000_000)
  return number === null ? null : Math.floor(number)
}

const MOMENT = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|z|[+-]\d\d:?\d\d)?)?$/

/**
 * A moment in RFC 3339 or one of the forms near it. Without a zone it is UTC.
 * @returns null before 1970 and after 9999, and for anything that is no date
 */
export function dateOf(value: unknown): Date | null {
  const text = textOf(value)
  if (text === null || !MOMENT.test(text)) return null
  const hasZone = /(?:Z|z|[+-]\d\d:?\d\d)$/.test(text.slice(10)) || text.length === 10
  const date = new Date(hasZone ? text : `${text.replace(' ', 'T')}Z`)
  const time = date.getTime()
  return time >= 0 && time < 253_402_300_800_000 ? date : null
}

/** The usual form of an id: accepted without the cost of a full URL parse. */
const PLAIN_URI = /^https:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/[\w\-./~!$&'()*+,;=:@%?#]*$/

/**
 * Whether a value can be an id: an absolute https URI without user information, at most 2,048 characters. So many bytes fit
 * into an index; letters outside of ASCII, which may stand behind a `#`, take several each.
 */
export function isUri(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_URI_LENGTH) return false
  if (PLAIN_URI.test(value) && !value.includes('..')) return true
  // URL parsers take `https:a.example` and `https:///a.example` for the same address; an id is written in full.
  const isWritten = Buffer.byteLength(value) <= MAX_URI_LENGTH && /^https:\/\/[^/\\]/i.test(value)
  return isWritten && findRemoteUrl(value) !== undefined
}

/** The id of what a property names: a URI, or an embedded object with one. An array counts only if it names one thing. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'string') return isUri(value) ? value : null
  if (Array.isArray(value)) return value.length === 1 ? idOf(value[0]) : null
  return isObject(value) && isUri(value['id']) ? value['id'] : null
}

/** All ids that a property names, each once, in order; what is no id is left out. */
export function idsOf(value: unknown, maximum: number): string[] {
  const ids = new Set<string>()
  for (const item of asArray(value)) {
    if (ids.size >= maximum) break
    const id = idOf(item)
    if (id !== null) ids.add(id)
  }
  return [...ids]
}

/** The one `type` of an object; null when there is none, several, or no text (rule 20). */
export function typeOf(value: JsonObject): string | null {
  const { type } = value
  const only: unknown = Array.isArray(type) && type.length === 1 ? type[0] : type
  return typeof only === 'string' && only.length <= 128 ? only : null
}

/** An http or https URL that may be shown or linked, in canonical form; blanks and other letters get encoded. Not an id. */
export function webUrlOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_URI_LENGTH) return null
  const url = URL.parse(value)
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === ''
  return isWeb && url.href.length <= MAX_URI_LENGTH ? url.href : null
}

/**
 * The page a `url` property leads to: text, a Link, or an array of them, where an HTML page goes before other types.
 * @returns null when none of them is an http or https URL
 */
export function pageUrlOf(value: unknown): string | null {
  const links = linksOf(value)
  const page =
    links.find((link) => link.mediaType === 'text/html') ?? links.find((link) => link.mediaType === null)
  return (page ?? links[0])?.href ?? null
}

export interface WebLink {
  /** Canonical. */
  readonly href: string
  /** Lower case, without parameters. */
  readonly mediaType: string | null
  /** The object that held the link, if it was not bare text. */
  readonly source: JsonObject | null
}

/** Every http or https URL in a `url`, `icon` or `image` property, at most 64. */
export function linksOf(value: unknown): WebLink[] {
  const links: WebLink[] = []
  for (const item of asArray(value).slice(0, 64)) {
    const source = isObject(item) ? item : null
    // An Image may hold its address as text, as a Link, or as several Links.
    const named = source === null ? item : asArray(source['href'] ?? source['url'])[0]
    const href = webUrlOf(isObject(named) ? named['href'] : named)
    const mediaType =
      mediaTypeOf(isObject(named) ? named['mediaType'] : null) ?? mediaTypeOf(source?.['mediaType'])
    if (href !== null) links.push({ href, mediaType, source })
  }
  return links
}

/** `type/subtype` in lower case without parameters, or null. */
export function mediaTypeOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const essence = (value.slice(0, 200).split(';', 1)[0] ?? '').trim().toLowerCase()
  return /^[a-z0-9]+\/[a-z0-9][a-z0-9.+-]*$/.test(essence) ? essence : null
}

/** The entries of a language map (`contentMap`, `nameMap`) in the order sent, at most 32. */
export function languageMapOf(value: unknown): [language: string, text: string][] {
  if (!isObject(value)) return []
  return Object.entries(value)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .slice(0, 32)
}
