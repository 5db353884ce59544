/** Reads drafts that a browser kept. What another version wrote is taken as far as it is understood. */
import type { DraftPoll, DraftTarget } from '../../server/contracts/draft.ts'
import { type Draft, type DraftMedia, EMPTY_DRAFT } from './draft.ts'

type Facts = Readonly<Record<string, unknown>>

const VISIBILITIES: ReadonlySet<unknown> = new Set(['public', 'unlisted', 'private', 'direct'])
const POLICIES: ReadonlySet<unknown> = new Set(['public', 'followers', 'nobody'])

/** @param newKey  for drafts of a version that gave them no id */
export function parseDrafts(stored: unknown, newKey: () => string): Record<string, Draft> {
  const drafts: Record<string, Draft> = {}
  for (const value of Object.values(factsOf(stored))) {
    const draft = parseDraft(factsOf(value), newKey)
    if (draft !== null) drafts[draft.id] = draft
  }
  return drafts
}

function parseDraft(facts: Facts, newKey: () => string): Draft | null {
  const { text, warning, visibility, idempotencyKey, savedAtMs, quotePolicy } = facts
  if (typeof text !== 'string' || typeof warning !== 'string' || typeof idempotencyKey !== 'string')
    return null
  if (typeof savedAtMs !== 'number' || !VISIBILITIES.has(visibility)) return null
  return {
    ...EMPTY_DRAFT,
    id: stringOf(facts['id']) ?? newKey(),
    text,
    warning,
    visibility: visibility as Draft['visibility'],
    idempotencyKey,
    savedAtMs,
    hasWarning: facts['hasWarning'] === true,
    isSensitive: facts['isSensitive'] === true,
    language: stringOf(facts['language']),
    isLanguageChosen: facts['isLanguageChosen'] === true,
    media: listOf(facts['media']).flatMap(parseMedia),
    poll: parsePoll(facts['poll']),
    isPollChanged: facts['isPollChanged'] === true,
    replyTo: parseTarget(facts['replyTo']),
    quote: parseTarget(facts['quote']),
    edit: parseTarget(facts['edit']),
    quotePolicy: POLICIES.has(quotePolicy) ? (quotePolicy as Draft['quotePolicy']) : null,
    scheduledAt: stringOf(facts['scheduledAt']),
    revision: typeof facts['revision'] === 'number' ? facts['revision'] : 0,
    isUnsaved: facts['isUnsaved'] !== false,
  }
}

/** A file that was still on its way when the window closed is not there any more. */
function parseMedia(value: unknown): DraftMedia[] {
  const { id, kind, name, description, focus, previewUrl, url } = factsOf(value)
  if (typeof id !== 'string') return []
  const { x, y } = factsOf(focus)
  return [
    {
      key: id,
      id,
      kind: (stringOf(kind) ?? 'unknown') as DraftMedia['kind'],
      name: stringOf(name) ?? '',
      description: stringOf(description) ?? '',
      focus: { x: typeof x === 'number' ? x : 0, y: typeof y === 'number' ? y : 0 },
      previewUrl: stringOf(previewUrl),
      url: stringOf(url),
    },
  ]
}

function parsePoll(value: unknown): DraftPoll | null {
  const { options, expiresInSeconds, isMultiple, hidesTotals } = factsOf(value)
  if (!Array.isArray(options) || typeof expiresInSeconds !== 'number') return null
  return {
    options: options.filter((one) => typeof one === 'string'),
    expiresInSeconds,
    isMultiple: isMultiple === true,
    hidesTotals: hidesTotals === true,
  }
}

function parseTarget(value: unknown): DraftTarget | null {
  const { id, acct, displayName } = factsOf(value)
  if (typeof id !== 'string' || typeof acct !== 'string') return null
  return { id, acct, displayName: stringOf(displayName) ?? '' }
}

const factsOf = (value: unknown): Facts =>
  typeof value === 'object' && value !== null ? (value as Facts) : {}
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const stringOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
