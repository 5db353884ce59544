/** What a token may do: names, which name covers which, and what they come to for the person who is asked. */
import { FINE_SCOPES } from '../../contracts/scopes.ts'
import type { AppMay } from '../../contracts/sign-in.ts'

const READ = FINE_SCOPES.read.map((name) => `read:${name}`)
const WRITE = FINE_SCOPES.write.map((name) => `write:${name}`)

/** `follow` is the old name of six others. */
const FOLLOW: ReadonlySet<string> = new Set(
  ['blocks', 'follows', 'mutes'].flatMap((name) => [`read:${name}`, `write:${name}`]),
)

export const SCOPES: readonly string[] = ['profile', 'read', ...READ, 'write', ...WRITE, 'follow', 'push']

const KNOWN: ReadonlySet<string> = new Set(SCOPES)
export const DEFAULT_SCOPES: readonly string[] = ['read']
const MAX_SCOPE_TEXT = 2_000
/**
 * Of those who run a server for others. Apps ask for them beside the rest and live without: they are never granted, and
 * what is granted is told with the token.
 * @see RFC 6749 3.3
 */
const NEVER_GRANTED = /^admin:(?:read|write)(?::[a-z_]{1,40})?$/

/** @returns each name once, without those that are never granted; null when one is unknown or none is left */
export function parseScopes(text: string): string[] | null {
  if (text.length > MAX_SCOPE_TEXT) return null
  const names = [...new Set(text.split(/[\s+]+/).filter((name) => name !== '' && !NEVER_GRANTED.test(name)))]
  return names.length > 0 && names.every((name) => KNOWN.has(name)) ? names : null
}

/** Whether somebody who was granted these may do what that one names. */
export function coversScope(granted: readonly string[], wanted: string): boolean {
  if (granted.includes(wanted)) return true
  const [group] = wanted.split(':', 1)
  if (group !== undefined && group !== wanted && granted.includes(group)) return true
  if (wanted === 'profile') return coversScope(granted, 'read:accounts')
  return granted.includes('follow') && FOLLOW.has(wanted)
}

export function coversScopes(granted: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((scope) => coversScope(granted, scope))
}

interface Sentence {
  readonly may: AppMay
  /** Any of these brings it up. */
  readonly scopes: readonly string[]
}

/** In the order in which they matter to the person. */
const SENTENCES: readonly Sentence[] = [
  { may: 'know_you', scopes: ['profile', 'read:accounts'] },
  {
    may: 'read',
    scopes: [
      'read:statuses',
      'read:bookmarks',
      'read:favourites',
      'read:lists',
      'read:filters',
      'read:search',
    ],
  },
  { may: 'read_notifications', scopes: ['read:notifications'] },
  {
    may: 'read_relations',
    scopes: ['read:follows', 'read:blocks', 'read:mutes'],
  },
  {
    may: 'write',
    scopes: ['write:statuses', 'write:media'],
  },
  {
    may: 'mark',
    scopes: ['write:favourites', 'write:bookmarks', 'write:lists', 'write:filters', 'write:conversations'],
  },
  { may: 'edit_profile', scopes: ['write:accounts'] },
  { may: 'follow', scopes: ['write:follows'] },
  { may: 'block', scopes: ['write:blocks', 'write:mutes'] },
  { may: 'clear_notifications', scopes: ['write:notifications'] },
  { may: 'report', scopes: ['write:reports'] },
  { may: 'push', scopes: ['push'] },
]

/** What they come to for a person, by the name of a sentence. */
export function scopesAsMay(scopes: readonly string[]): AppMay[] {
  return SENTENCES.filter((one) => one.scopes.some((scope) => coversScope(scopes, scope))).map(
    ({ may }) => may,
  )
}
