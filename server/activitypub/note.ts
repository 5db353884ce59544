/** A post of ours as the Note (or the Question) that other servers read, and what remains of it when it is deleted. */
import type { Row } from '../db/tables.ts'
import { addressingOf } from './addressing.ts'
import type { JsonObject } from './json.ts'
import { inContext } from './json-ld-context.ts'
import { attachmentObject, emojiTag, hashtagTag, mentionTag, withoutEmpty } from './note-parts.ts'
import type { MentionedActor, NoteAttachment, NoteHashtag } from './note-parts.ts'
import { likesUri, repliesUri, sharesUri } from './uris.ts'
import { LINKED_ACTIVITY, PUBLIC } from './vocabulary.ts'

export interface NoteParts {
  readonly post: Pick<
    Row<'posts'>,
    | ('uri' | 'page_url' | 'content_html' | 'summary' | 'is_sensitive' | 'language' | 'visibility')
    | ('in_reply_to_uri' | 'emojis' | 'published_at' | 'edited_at' | 'likes_count' | 'boosts_count')
    | ('quote_automatic' | 'quote_manual')
  >
  readonly author: Pick<Row<'actors'>, 'uri'> & { readonly followers_uri: string | null }
  /** Whoever is addressed, named in the text or not. */
  readonly mentioned: readonly MentionedActor[]
  readonly hashtags: readonly NoteHashtag[]
  readonly attachments: readonly NoteAttachment[]
  /** Of the thread, as its first post names it. */
  readonly conversationUri: string | null
  readonly poll?: NotePoll | null
  readonly quote?: NoteQuote | null
}

export interface NoteQuote {
  readonly quotedUri: string
  /** The stamp; null as long as there is none that is good. */
  readonly authorizationUri: string | null
}

export interface NotePoll {
  /** Votes are null while the author hides them. */
  readonly options: readonly { readonly title: string; readonly votes: number | null }[]
  readonly isMultiple: boolean
  readonly endsAt: Date | null
  readonly closedAt: Date | null
  readonly votersCount: number | null
}

/**
 * The object itself with its context; an activity embeds it without.
 * @see ActivityStreams Vocabulary 3.3 (Note, Question), ActivityPub 6.2
 */
export function noteDocument(parts: NoteParts): JsonObject {
  return inContext(noteObject(parts))
}

export function noteObject(parts: NoteParts): JsonObject {
  const { post, author, mentioned } = parts
  const followers = author.followers_uri ?? `${author.uri}/followers`
  const actors = mentioned.map((actor) => actor.uri)
  return withoutEmpty({
    id: post.uri,
    type: parts.poll ? 'Question' : 'Note',
    attributedTo: author.uri,
    url: post.page_url,
    ...addressingOf(post.visibility, followers, actors),
    published: instant(post.published_at),
    updated: post.edited_at === null ? null : instant(post.edited_at),
    inReplyTo: post.in_reply_to_uri,
    conversation: parts.conversationUri,
    context: parts.conversationUri,
    sensitive: post.is_sensitive,
    summary: post.summary,
    // Stays even when empty: a Note without content and with a name would be a vote.
    ...contentProperties(post),
    attachment: parts.attachments.map(attachmentObject),
    tag: [
      ...mentioned.map(mentionTag),
      ...parts.hashtags.map(hashtagTag),
      ...post.emojis.map(emojiTag),
      ...(parts.quote ? [quoteTag(parts.quote)] : []),
    ],
    ...(parts.quote ? quoteProperties(parts.quote) : {}),
    interactionPolicy: { canQuote: policyOf(post.quote_automatic ?? [], author.uri, followers) },
    ...(parts.poll ? pollProperties(parts.poll) : {}),
    replies: repliesUri(post.uri),
    ...countProperties(post),
  })
}

/** In every spelling that somebody reads. @see FEP-044f, FEP-e232 */
function quoteProperties({ quotedUri, authorizationUri }: NoteQuote): JsonObject {
  return {
    quote: quotedUri,
    quoteUri: quotedUri,
    _misskey_quote: quotedUri,
    ...(authorizationUri === null ? {} : { quoteAuthorization: authorizationUri }),
  }
}

function quoteTag({ quotedUri }: NoteQuote): JsonObject {
  const rel = 'https://misskey-hub.net/ns#_misskey_quote'
  return { type: 'Link', mediaType: LINKED_ACTIVITY, href: quotedUri, rel, name: `RE: ${quotedUri}` }
}

/** Nobody but the author is said by naming the author alone: an empty list says nothing in JSON-LD. */
function policyOf(words: readonly string[], authorUri: string, followersUri: string): JsonObject {
  const named = words.map((word) => (word === 'public' ? PUBLIC : followersUri))
  return { automaticApproval: named.length === 0 ? [authorUri] : named }
}

function contentProperties(post: NoteParts['post']): JsonObject {
  const content = post.content_html === '' ? '<p></p>' : post.content_html
  return { content, contentMap: post.language === null ? null : { [post.language]: content } }
}

/** Counted in public is only what is public (rule 67). */
function countProperties(post: NoteParts['post']): JsonObject {
  if (post.visibility !== 'public' && post.visibility !== 'unlisted') return {}
  return {
    likes: { id: likesUri(post.uri), type: 'Collection', totalItems: post.likes_count },
    shares: { id: sharesUri(post.uri), type: 'Collection', totalItems: post.boosts_count },
  }
}

function pollProperties(poll: NotePoll): JsonObject {
  return {
    [poll.isMultiple ? 'anyOf' : 'oneOf']: poll.options.map(({ title, votes }) => ({
      type: 'Note',
      name: title,
      ...(votes === null ? {} : { replies: { type: 'Collection', totalItems: votes } }),
    })),
    endTime: poll.endsAt === null ? null : instant(poll.endsAt),
    closed: poll.closedAt === null ? null : instant(poll.closedAt),
    ...(poll.votersCount === null ? {} : { votersCount: poll.votersCount }),
  }
}

export interface TombstoneParts {
  readonly uri: string
  /** The kind it had; empty where it is not told, as for what was never public. */
  readonly formerType: string
  readonly deletedAt: Date
}

/** @see ActivityPub 6.4, ActivityStreams Vocabulary (Tombstone) */
export function tombstoneObject(parts: TombstoneParts): JsonObject {
  return withoutEmpty({
    id: parts.uri,
    type: 'Tombstone',
    formerType: parts.formerType,
    deleted: instant(parts.deletedAt),
  })
}

export function tombstoneDocument(parts: TombstoneParts): JsonObject {
  return inContext(tombstoneObject(parts))
}

/** UTC to the second: the form that every server reads. */
export function instant(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`
}
