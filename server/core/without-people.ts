/** Takes people out of text that somebody else may come to see: handles, names, where they are, what was said. */
import ipaddr from 'ipaddr.js'
import type { Redactor } from './redact.ts'

export interface KnownPeople {
  /** Of the owner's identities, as they write themselves. */
  readonly names: readonly string[]
  /** By which this home is known. */
  readonly hosts: readonly string[]
  /** A folder that is named after somebody. */
  readonly homeFolder: string
}

const LEAST_NAME = 2
const LEAST_FOLDER = 3
const HANDLE = '[handle]'
const ADDRESS = '[address]'

const PATTERNS: readonly (readonly [RegExp, string | ((found: string, ...parts: string[]) => string)])[] = [
  // An address of a document says who wrote what; of which server it is stays.
  [/\b(https?:\/\/[^\s/"'<>\\]+)\/[^\s"'<>\\,;)\]}]+/gi, '$1/…'],
  [/@?[\p{L}\p{N}_.+-]+@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?::\d{1,5})?/gu, HANDLE],
  [/(?<!node_modules)\/@[\p{L}\p{N}_][\p{L}\p{N}_.-]*/gu, `/${HANDLE}`],
  [/(?<![\p{L}\p{N}_@/.])@[\p{L}\p{N}_][\p{L}\p{N}_.-]*/gu, HANDLE],
  [/\/(users|actors|u)\/[\p{L}\p{N}_][\p{L}\p{N}_.-]*/giu, '/$1/[name]'],
  [/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)/g, (found) => (isOfPeople(found) ? ADDRESS : found)],
  [/(?<![\w:.])[0-9a-f:]{3,39}(?![\w:])/gi, (found) => (isOfPeople(found) ? ADDRESS : found)],
]

export function withoutPeople({ names, hosts, homeFolder }: KnownPeople): Redactor {
  const known: (readonly [RegExp, string])[] = [
    ...wholeWords(hosts, '[home]'),
    ...wholeWords(
      names.filter((name) => name.length >= LEAST_NAME),
      '[name]',
    ),
  ]
  return (text) => {
    const placeless = homeFolder.length < LEAST_FOLDER ? text : text.replaceAll(homeFolder, '~')
    const nameless = PATTERNS.reduce(
      (left, [pattern, by]) =>
        typeof by === 'string' ? left.replace(pattern, by) : left.replace(pattern, by),
      placeless,
    )
    return known.reduce((left, [pattern, by]) => left.replace(pattern, by), nameless)
  }
}

const QUOTES = /["“”„«»]|(?<!\p{L})'|'(?!\p{L})/u

/**
 * What a line of a log quotes may be what somebody said: of more than one word nothing is left. Where it cannot be seen what is
 * within quotes and what between them, both count as quoted.
 */
export function withoutWords(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const marks = line.match(new RegExp(QUOTES, 'gu')) ?? []
      const isPaired = marks.length % 2 === 0 && !/\\["']/.test(line)
      const parts = line.split(QUOTES).map((part, index, all) => {
        const isOutside = index === 0 || index === all.length - 1 || (isPaired && index % 2 === 0)
        return isOutside || !/\s/.test(part.trim()) ? part : '…'
      })
      return parts.map((part, index) => `${part}${marks[index] ?? ''}`).join('')
    })
    .join('\n')
}

/** This computer itself is nobody; what is no address at all, such as a time, neither. */
function isOfPeople(text: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return !/^(?:127\.|0\.0\.0\.0$)/.test(text)
  return text.includes(':') && ipaddr.IPv6.isValid(text) && text !== '::' && text !== '::1'
}

/** The longest first: one may hold another. */
function wholeWords(words: readonly string[], by: string): (readonly [RegExp, string])[] {
  return [...new Set(words)]
    .filter((word) => word.trim() !== '')
    .sort((one, other) => other.length - one.length)
    .map(
      (word) =>
        [new RegExp(`(?<![\\p{L}\\p{N}_])${RegExp.escape(word)}(?![\\p{L}\\p{N}_])`, 'giu'), by] as const,
    )
}
