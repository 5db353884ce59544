/** What a token may do: names, which name covers which, and plain words for the person who is asked. */
import type { AppMay } from '../../contracts/sign-in.ts'

const READ = 'accounts blocks bookmarks favourites filters follows lists mutes notifications search statuses'
  .split(' ')
  .map((name) => `read:${name}`)

const WRITE =
  'accounts blocks bookmarks conversations favourites filters follows lists media mutes notifications reports statuses'
    .split(' ')
    .map((name) => `write:${name}`)

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

interface PlainWords {
  readonly may: AppMay
  readonly text: string
  /** Any of these brings the sentence up. */
  readonly scopes: readonly string[]
}

/** In the order in which they matter to the person. */
const IN_PLAIN_WORDS: readonly PlainWords[] = [
  { may: 'know_you', text: 'Know your name, picture and address', scopes: ['profile', 'read:accounts'] },
  {
    may: 'read',
    text: 'Read everything in your home: posts, messages to you, lists and marks',
    scopes: [
      'read:statuses',
      'read:bookmarks',
      'read:favourites',
      'read:lists',
      'read:filters',
      'read:search',
    ],
  },
  { may: 'read_notifications', text: 'See your notifications', scopes: ['read:notifications'] },
  {
    may: 'read_relations',
    text: 'See whom you follow, block and mute',
    scopes: ['read:follows', 'read:blocks', 'read:mutes'],
  },
  {
    may: 'write',
    text: 'Write, edit and delete posts in your name',
    scopes: ['write:statuses', 'write:media'],
  },
  {
    may: 'mark',
    text: 'Like, mark and file posts in your name',
    scopes: ['write:favourites', 'write:bookmarks', 'write:lists', 'write:filters', 'write:conversations'],
  },
  { may: 'edit_profile', text: 'Change your profile', scopes: ['write:accounts'] },
  { may: 'follow', text: 'Follow and unfollow people', scopes: ['write:follows'] },
  { may: 'block', text: 'Block and mute people', scopes: ['write:blocks', 'write:mutes'] },
  { may: 'clear_notifications', text: 'Put your notifications away', scopes: ['write:notifications'] },
  { may: 'report', text: 'Report people to their servers', scopes: ['write:reports'] },
  { may: 'push', text: 'Send notifications to your device', scopes: ['push'] },
]

/** Sentences for the consent page. */
export function scopesInPlainWords(scopes: readonly string[]): string[] {
  return wordsFor(scopes).map((words) => words.text)
}

/** The same, by name. */
export function scopesAsMay(scopes: readonly string[]): AppMay[] {
  return wordsFor(scopes).map((words) => words.may)
}

function wordsFor(scopes: readonly string[]): PlainWords[] {
  return IN_PLAIN_WORDS.filter((words) => words.scopes.some((scope) => coversScope(scopes, scope)))
}
