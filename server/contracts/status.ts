/** Statuses of the client API, as they travel: what the house calls a post, and a boost that carries one. */
import type { Account, StatusVisibility } from './account.ts'
import type { CustomEmoji } from './custom-emoji.ts'
import type { EmojiReaction, GlitchReaction } from './emoji-reaction.ts'
import type { FilterResult } from './filter.ts'
import type { MediaAttachment } from './media-attachment.ts'
import type { Poll, PollOption } from './poll.ts'
import type { PreviewCard } from './preview-card.ts'

export interface StatusMention {
  readonly id: string
  readonly username: string
  readonly acct: string
  readonly url: string
}

export interface StatusTag {
  readonly name: string
  readonly url: string
}

export interface StatusApplication {
  readonly name: string
  readonly website: string | null
}

export interface QuoteApproval {
  readonly automatic: readonly string[]
  readonly manual: readonly string[]
  readonly current_user: 'automatic' | 'manual' | 'denied' | 'unknown'
}

/**
 * `accepted` is shown; so may be, after a warning, what the reader blocks or mutes. In all other states there is nothing to
 * show: not agreed to yet or any more, gone, or not for this reader.
 */
export type QuoteState =
  | ('pending' | 'accepted' | 'rejected' | 'revoked' | 'deleted' | 'unauthorized')
  | ('blocked_account' | 'muted_account')

export interface Quote {
  readonly state: QuoteState
  readonly quoted_status: Status | null
}

/** A quote within a quoted status. */
export interface ShallowQuote {
  readonly state: QuoteState
  readonly quoted_status_id: string | null
}

export interface Status {
  readonly id: string
  readonly uri: string
  readonly url: string | null
  readonly created_at: string
  readonly edited_at: string | null
  readonly account: Account
  /** HTML; empty for a boost. */
  readonly content: string
  readonly visibility: StatusVisibility
  readonly sensitive: boolean
  readonly spoiler_text: string
  readonly media_attachments: readonly MediaAttachment[]
  readonly mentions: readonly StatusMention[]
  readonly tags: readonly StatusTag[]
  readonly emojis: readonly CustomEmoji[]
  readonly emoji_reactions: readonly EmojiReaction[]
  /** The same for apps of glitch-soc. */
  readonly reactions: readonly GlitchReaction[]
  readonly reblogs_count: number
  readonly favourites_count: number
  readonly replies_count: number
  readonly quotes_count: number
  readonly in_reply_to_id: string | null
  readonly in_reply_to_account_id: string | null
  readonly reblog: Status | null
  readonly poll: Poll | null
  /** Of the first link; null until its page is read, and for a boost. */
  readonly card: PreviewCard | null
  readonly quote: Quote | ShallowQuote | null
  readonly quote_approval: QuoteApproval
  readonly language: string | null
  /** Of the viewer's own posts. */
  readonly application: StatusApplication | null
  /** Its page where it was before, of a post that was brought along from a former account. Ours alone. */
  readonly imported_from?: string
  /** What was written; only in the answer to a deletion. */
  readonly text?: string
  // For a signed-in viewer only:
  readonly favourited?: boolean
  readonly reblogged?: boolean
  readonly muted?: boolean
  readonly bookmarked?: boolean
  /** The viewer's own posts only. */
  readonly pinned?: boolean
  /** Filters that it matches, whatever their context: apps know where they show it. */
  readonly filtered?: readonly FilterResult[]
}

/** The thread around a status, each list from old to new in reading order. */
export interface StatusContext {
  readonly ancestors: readonly Status[]
  readonly descendants: readonly Status[]
}

export interface StatusSource {
  readonly id: string
  readonly text: string
  readonly spoiler_text: string
}

/** One version of a status that was edited. */
export interface StatusEdit {
  readonly content: string
  readonly spoiler_text: string
  readonly sensitive: boolean
  readonly created_at: string
  readonly account: Account
  readonly media_attachments: readonly MediaAttachment[]
  readonly emojis: readonly CustomEmoji[]
  readonly quote: null
  /** What it asked. */
  readonly poll: { readonly options: ReadonlyArray<Pick<PollOption, 'title'>> } | null
}
