/** What is being written, as the window keeps it on the home: drafts, and posts that are held back for a moment before they go. */
import type { StatusVisibility } from './account.ts'
import type { MediaAttachment } from './media-attachment.ts'

/** A post that a draft answers, quotes or edits, with as much of its author as is shown beside it. */
export interface DraftTarget {
  readonly id: string
  /** Handle as shown, without the leading @. */
  readonly acct: string
  readonly displayName: string
}

export interface DraftPoll {
  /** May hold empty ones while it is written. */
  readonly options: readonly string[]
  readonly expiresInSeconds: number
  readonly isMultiple: boolean
  readonly hidesTotals: boolean
}

/** What the draft says of an upload. */
export interface DraftFile {
  readonly id: string
  readonly description: string
  /** From -1 to 1, the middle being 0. */
  readonly focus: { readonly x: number; readonly y: number }
}

export type DraftQuotePolicy = 'public' | 'followers' | 'nobody'

export interface DraftContent {
  readonly text: string
  readonly warning: string
  readonly hasWarning: boolean
  /** Media are hidden at first though there is no warning. */
  readonly isSensitive: boolean
  readonly visibility: StatusVisibility
  /** Null for what the home takes by itself. */
  readonly language: string | null
  /** The person chose the language: it is not guessed any more. */
  readonly isLanguageChosen: boolean
  /** In order. */
  readonly files: readonly DraftFile[]
  readonly poll: DraftPoll | null
  /** In the draft of an edit: what it asks is to be changed; otherwise the poll of the post stays with its votes. */
  readonly isPollChanged: boolean
  readonly replyTo: DraftTarget | null
  readonly quote: DraftTarget | null
  /** The own post that it changes. */
  readonly edit: DraftTarget | null
  /** Null for what the author chose for all posts. */
  readonly quotePolicy: DraftQuotePolicy | null
  /** When it shall be published, ISO 8601; null for at once. */
  readonly scheduledAt: string | null
}

/** `kept` is written on; `held` goes out at its moment; `sent` became a post; `failed` could not, and is written on. */
export type DraftState = 'kept' | 'held' | 'sent' | 'failed'

export interface KeptDraft extends DraftContent {
  /** Chosen by the window that began it. */
  readonly key: string
  /** Grows with every change. */
  readonly revision: number
  readonly state: DraftState
  readonly changedAt: string
  /** Milliseconds until it goes, by the clock of the home; null where it is not held. */
  readonly sendsInMs: number | null
  /** What it became. */
  readonly postId: string | null
  /** Why it could not be sent, in words. */
  readonly failure: string | null
  /** Those of its files that are there, as the home shows them. */
  readonly media: readonly MediaAttachment[]
}

/** Body of `PUT /drafts/:key`. */
export interface DraftForm {
  /** The revision that this version was written upon; 0 for a new draft. */
  readonly revision: number
  readonly draft: DraftContent
}

/** Body of the 409 of a draft that was changed elsewhere meanwhile, or is on its way. */
export interface DraftConflict {
  readonly error: string
  readonly draft: KeptDraft
}
