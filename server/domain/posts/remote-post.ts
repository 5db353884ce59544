/** What the domain takes of a post that was written elsewhere; texts are clean and HTML is sanitised already. */
import type { Row, StoredEmoji, Visibility } from '../../db/tables.ts'
import type { RemotePoll } from '../polls/remote-poll.ts'
import type { OriginFacts } from './origin-facts.ts'
import type { RemoteQuote } from '../quotes/remote-quote.ts'

export interface RemoteMention {
  readonly actorId: string
  /** Addressed without being named in the text. */
  readonly isSilent: boolean
}

export interface RemoteHashtag {
  /** Canonical: what equal hashtags have in common. */
  readonly name: string
  readonly displayName: string
}

export interface RemoteAttachment {
  readonly kind: Row<'attachments'>['kind']
  readonly mediaType: string
  readonly url: string
  readonly previewUrl: string | null
  readonly description: string | null
  readonly blurhash: string | null
  readonly width: number | null
  readonly height: number | null
  readonly focusX: number | null
  readonly focusY: number | null
  readonly durationSeconds: number | null
}

/** What an edit can change. */
export interface RemotePostContent {
  readonly pageUrl: string | null
  readonly title: string | null
  readonly contentHtml: string
  readonly contentText: string
  readonly summary: string
  readonly isSensitive: boolean
  readonly language: string | null
  readonly emojis: readonly StoredEmoji[]
  /** Of the last edit, by the author's clock. */
  readonly editedAt: Date | null
  readonly mentions: readonly RemoteMention[]
  readonly hashtags: readonly RemoteHashtag[]
  readonly attachments: readonly RemoteAttachment[]
  readonly poll: RemotePoll | null
  readonly quote: RemoteQuote | null
  /** Who may quote it, in the words of the column; null where it does not say. */
  readonly quoteAutomatic: readonly string[] | null
  readonly quoteManual: readonly string[] | null
}

export interface RemotePostRecord extends RemotePostContent, OriginFacts {
  readonly uri: string
  readonly authorId: string
  readonly kind: string
  readonly visibility: Visibility
  readonly inReplyToUri: string | null
  readonly publishedAt: Date
}
