/** What a window may keep as a draft: half-written things are welcome, what has no bounds is not. */
import type { DraftContent, DraftFile, DraftPoll, DraftTarget } from '../../contracts/draft.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'

export const DRAFT_LIMITS = {
  /** Of one identity. */
  drafts: 200,
  /** UTF-16 units, far more than a post holds: what is too long to send must still be kept. */
  text: 100_000,
  warning: 10_000,
  files: 16,
  options: 20,
  option: 1_000,
  description: 20_000,
  name: 1_000,
} as const

type Facts = Readonly<Record<string, unknown>>

const VISIBILITIES = ['public', 'unlisted', 'private', 'direct'] as const
const POLICIES = ['public', 'followers', 'nobody'] as const
const MOST_SECONDS = 366 * 86_400

/** @throws HomebirdError UNPROCESSABLE naming the part, its value, the limit and what to do */
export function parseDraftContent(given: unknown): DraftContent {
  const raw = factsOf(given, 'draft')
  const part = <T>(name: string, parse: (value: unknown, name: string) => T): T | null =>
    raw[name] === null || raw[name] === undefined ? null : parse(raw[name], name)
  return {
    text: textOf(raw['text'], 'text', DRAFT_LIMITS.text, 'Split it into several drafts.'),
    warning: textOf(raw['warning'], 'warning', DRAFT_LIMITS.warning, SHORTEN),
    hasWarning: raw['hasWarning'] === true,
    isSensitive: raw['isSensitive'] === true,
    visibility: oneOf(VISIBILITIES, raw['visibility'], 'visibility'),
    language: part('language', (value, name) => textOf(value, name, 40, SHORTEN)),
    isLanguageChosen: raw['isLanguageChosen'] === true,
    files: listOf(raw['files'], 'files', DRAFT_LIMITS.files).map(fileOf),
    poll: part('poll', pollOf),
    isPollChanged: raw['isPollChanged'] === true,
    replyTo: part('replyTo', targetOf),
    quote: part('quote', targetOf),
    edit: part('edit', targetOf),
    quotePolicy: part('quotePolicy', (value, name) => oneOf(POLICIES, value, name)),
    scheduledAt: part('scheduledAt', momentOf),
  }
}

const SHORTEN = 'Shorten it.'

function textOf(value: unknown, name: string, limit: number, remedy: string): string {
  if (typeof value !== 'string') throw flawed(name, 'is no text')
  // A text column holds no such character.
  if (value.includes('\u0000')) throw flawed(name, 'holds a character that no text may hold')
  // Half of a surrogate pair, as of an emoji that was cut in two, is no text either, and JSON in the database refuses it.
  if (value.length <= limit) return value.toWellFormed()
  throw flawed(name, `has ${value.length} characters, and a draft keeps at most ${limit}. ${remedy}`)
}

function listOf(value: unknown, name: string, limit: number): unknown[] {
  if (!Array.isArray(value)) throw flawed(name, 'is no list')
  if (value.length <= limit) return value
  throw flawed(name, `holds ${value.length}, and a draft keeps at most ${limit}. Take some away.`)
}

function oneOf<T extends string>(known: readonly T[], value: unknown, name: string): T {
  const found = known.find((one) => one === value)
  if (found === undefined) throw flawed(name, `is none of ${known.join(', ')}`)
  return found
}

function fileOf(value: unknown): DraftFile {
  const { id, description, focus } = factsOf(value, 'files')
  return {
    id: idOf(id, 'files'),
    description: textOf(description, 'description', DRAFT_LIMITS.description, SHORTEN),
    focus: focusOf(focus),
  }
}

function focusOf(value: unknown): DraftFile['focus'] {
  const { x, y } = factsOf(value, 'focus')
  return { x: numberOf(x, 'focus', -1, 1), y: numberOf(y, 'focus', -1, 1) }
}

function pollOf(value: unknown): DraftPoll {
  const facts = factsOf(value, 'poll')
  const { options, option } = DRAFT_LIMITS
  return {
    options: listOf(facts['options'], 'poll', options).map((one) => textOf(one, 'poll', option, SHORTEN)),
    expiresInSeconds: Math.round(numberOf(facts['expiresInSeconds'], 'poll', 0, MOST_SECONDS)),
    isMultiple: facts['isMultiple'] === true,
    hidesTotals: facts['hidesTotals'] === true,
  }
}

function targetOf(value: unknown, name: string): DraftTarget {
  const { id, acct, displayName } = factsOf(value, name)
  return {
    id: idOf(id, name),
    acct: textOf(acct, name, DRAFT_LIMITS.name, SHORTEN),
    displayName: textOf(displayName, name, DRAFT_LIMITS.name, SHORTEN),
  }
}

function momentOf(value: unknown, name: string): string {
  const moment = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(moment)) throw flawed(name, 'is no moment')
  return new Date(moment).toISOString()
}

function numberOf(value: unknown, name: string, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw flawed(name, `holds ${String(value).slice(0, 30)}, and takes ${least} to ${most}`)
}

function idOf(value: unknown, name: string): string {
  if (typeof value === 'string' && isRowId(value)) return value
  throw flawed(name, 'names no id')
}

function factsOf(value: unknown, name: string): Facts {
  if (typeof value === 'object' && value !== null) return value as Facts
  throw flawed(name, 'is not what it should be')
}

function flawed(name: string, flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', `draft: ${name} ${flaw}`, {
    safe: `The draft cannot be kept: ${name} ${flaw}`,
  })
}
