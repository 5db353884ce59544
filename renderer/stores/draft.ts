/** One draft as the window holds it: what it says, and how far the home has it. */
import type { DraftContent, DraftFile, KeptDraft } from '../../server/contracts/draft.ts'
import type { MediaAttachment, MediaType } from '../../server/contracts/media-attachment.ts'

export type { DraftPoll, DraftTarget } from '../../server/contracts/draft.ts'

/** A picture, video or sound of a draft. */
export interface DraftMedia extends Omit<DraftFile, 'id'> {
  /** Names it in this window, before the home has given it an id and after. */
  readonly key: string
  /** Null until the home has it. */
  readonly id: string | null
  readonly kind: MediaType
  readonly name: string
  /** Null while there is nothing to show. */
  readonly previewUrl: string | null
  readonly url: string | null
}

export interface Draft extends Omit<DraftContent, 'files'> {
  /** The key by which the home keeps it. */
  readonly id: string
  readonly media: readonly DraftMedia[]
  /** Stays with one wording: a request that is sent again makes no second post, another wording is another post. */
  readonly idempotencyKey: string
  /** Milliseconds since 1970 when it was last changed; null while there is nothing worth keeping. */
  readonly savedAtMs: number | null
  /** The home's revision that it was written upon; 0 while the home has none. */
  readonly revision: number
  /** There is something that the home does not have yet. */
  readonly isUnsaved: boolean
}

export type DraftChange = Partial<
  Omit<Draft, 'id' | 'idempotencyKey' | 'savedAtMs' | 'revision' | 'isUnsaved'>
>

export const EMPTY_DRAFT = {
  text: '',
  warning: '',
  hasWarning: false,
  isSensitive: false,
  visibility: 'public',
  language: null,
  isLanguageChosen: false,
  media: [],
  poll: null,
  isPollChanged: false,
  replyTo: null,
  quote: null,
  edit: null,
  quotePolicy: null,
  scheduledAt: null,
  savedAtMs: null,
  revision: 0,
  isUnsaved: false,
} as const satisfies Omit<Draft, 'id' | 'idempotencyKey'>

/** Something in it would be missed. */
export function isWorthKeeping(draft: Draft): boolean {
  const { text, warning, media, poll } = draft
  return (
    draft.savedAtMs !== null &&
    (text !== '' || warning !== '' || media.length > 0 || (poll?.options.some((one) => one !== '') ?? false))
  )
}

/** There is nothing in it to be seen: an empty field says as much. */
export function isUntouched(draft: Draft): boolean {
  const { text, media, poll, hasWarning, scheduledAt } = draft
  return (
    text === '' &&
    media.length === 0 &&
    poll === null &&
    !hasWarning &&
    scheduledAt === null &&
    isPlain(draft)
  )
}

/** Neither answers, quotes nor edits: what the empty composer begins with. */
export function isPlain(draft: Draft): boolean {
  return draft.replyTo === null && draft.quote === null && draft.edit === null
}

/** What the home keeps of it but its files. */
function wordsOf(draft: Omit<DraftContent, 'files'>): Omit<DraftContent, 'files'> {
  const { text, warning, hasWarning, isSensitive, visibility, language, isLanguageChosen } = draft
  const { poll, isPollChanged, replyTo, quote, edit, quotePolicy, scheduledAt } = draft
  const words = { text, warning, hasWarning, isSensitive, visibility, language, isLanguageChosen }
  return { ...words, poll, isPollChanged, replyTo, quote, edit, quotePolicy, scheduledAt }
}

/** What is sent to the home; files that are not there yet are left out. */
export function contentOf(draft: Draft): DraftContent {
  const files = draft.media.flatMap(({ id, description, focus }) =>
    id === null ? [] : [{ id, description, focus }],
  )
  return { ...wordsOf(draft), files }
}

/** Both say the same: one of them was saved by a window that did not live to hear of it. */
export function isSameContent(one: Draft, other: Draft): boolean {
  return canonical(contentOf(one)) === canonical(contentOf(other))
}

/** The same to whoever wrote them: a language that was only guessed may have been guessed a moment later. */
export function saysTheSame(one: Draft, other: Draft): boolean {
  return isSameContent(withoutGuess(one), withoutGuess(other))
}

const withoutGuess = (draft: Draft): Draft => (draft.isLanguageChosen ? draft : { ...draft, language: null })

const canonical = (content: DraftContent): string =>
  JSON.stringify(content, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )

/** A draft as the home tells of it. */
export function draftFromKept(kept: KeptDraft, idempotencyKey: string): Draft {
  const { key, revision, changedAt, files, media } = kept
  return {
    ...wordsOf(kept),
    id: key,
    idempotencyKey,
    revision,
    savedAtMs: Date.parse(changedAt),
    isUnsaved: false,
    media: files.flatMap((file) => {
      const known = media.find(({ id }) => id === file.id)
      return known === undefined ? [] : [{ ...mediaFromAttachment(known), ...file, key: file.id }]
    }),
  }
}

export function mediaFromAttachment(attachment: MediaAttachment): DraftMedia {
  const { id, type, url, preview_url: preview, description, meta } = attachment
  return {
    key: id,
    id,
    kind: type,
    name: '',
    previewUrl: preview ?? (type === 'image' ? url : null),
    url,
    description: description ?? '',
    focus: meta?.focus ?? { x: 0, y: 0 },
  }
}
