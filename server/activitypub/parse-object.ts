/** Posts of other servers as facts: checked, capped and sanitised, in whatever dialect they come. */
import { cleanLine, truncateText } from '../domain/text/clean-text.ts'
import { decodeEntities } from '../domain/text/escape-html.ts'
import { htmlToPlainText } from '../domain/text/plain-text.ts'
import { sameOrigin } from '../net/origin.ts'
import {
  asArray,
  countOf,
  dateOf,
  flagOf,
  idOf,
  idsOf,
  isObject,
  isUri,
  languageMapOf,
  pageUrlOf,
  textOf,
  typeOf,
} from './json.ts'
import type { JsonObject } from './json.ts'
import { addresseesOf } from './parse-activity.ts'
import { parseAttachments } from './parse-attachments.ts'
import type { AttachmentFact } from './parse-attachments.ts'
import { parseContent } from './parse-content.ts'
import type { EventFacts } from './parse-content.ts'
import { parsePoll } from './parse-poll.ts'
import type { PollFacts } from './parse-poll.ts'
import { parseTags } from './parse-tags.ts'
import type { EmojiFact, HashtagFact, MentionFact } from './parse-tags.ts'
import { isPostKind, PUBLIC } from './vocabulary.ts'
import type { PostKind } from './vocabulary.ts'

const MAX_TITLE_LENGTH = 2_048
const MAX_SUMMARY_LENGTH = 20_000
const MAX_URI_TEXT_LENGTH = 2_048

export type PostVisibility = 'public' | 'unlisted' | 'followers' | 'direct'

/** A collection of the post's own origin, as far as the document tells of it. */
export interface CollectionFact {
  readonly uri: string | null
  readonly totalItems: number | null
}

export interface QuotePolicyFact {
  readonly automatic: readonly string[]
  readonly manual: readonly string[]
}

export interface PostFacts {
  readonly uri: string
  readonly kind: PostKind
  /** The page of the post; its id where it names none. */
  readonly url: string
  readonly actorUri: string
  /** Plain text; of every kind but Note and Question. */
  readonly title: string | null
  /** Sanitised HTML as a timeline shows it: a title stands in it as its first paragraph, a linked page as its last. */
  readonly contentHtml: string
  /** The content warning, plain text; an excerpt is no warning and is not here. */
  readonly summary: string | null
  readonly sensitive: boolean
  /** BCP 47, canonical. */
  readonly language: string | null
  readonly visibility: PostVisibility
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly inReplyTo: string | null
  readonly quoteUri: string | null
  /** The stamp by which the quoted author allows the quote (FEP-044f). */
  readonly quoteAuthorizationUri: string | null
  /** Who may quote the post, if it says so. */
  readonly quotePolicy: QuotePolicyFact | null
  readonly published: Date | null
  readonly updated: Date | null
  readonly mentions: readonly MentionFact[]
  readonly hashtags: readonly HashtagFact[]
  readonly emojis: readonly EmojiFact[]
  readonly attachments: readonly AttachmentFact[]
  readonly poll: PollFacts | null
  readonly event: EventFacts | null
  /** Set when the object is no post but a vote: the option that was chosen in the poll `inReplyTo`. */
  readonly pollVote: string | null
  readonly replies: CollectionFact
  readonly likes: CollectionFact
  readonly shares: CollectionFact
  readonly conversation: string | null
  readonly context: string | null
  /** The group or channel that the post was sent to, such as a Lemmy community. */
  readonly audience: string | null
}

export type ParsedPost =
  | { readonly ok: true; readonly post: PostFacts }
  | { readonly ok: false; readonly reason: string }

export interface ParsePostOptions {
  /**
   * Who is said to have sent the object. Where it names several authors (PeerTube: account and channel), this one is the author;
   * a caller with a signed activity compares `actorUri` with the signer afterwards (rule 16).
   */
  readonly actorUri?: string
  /** The author's followers collection, from the author's own document. Without it nothing counts as "followers" (rule 24). */
  readonly followersUri?: string | null
}

/**
 * Reads a Note, Question, Article, Page, Video, Audio, Image or Event.
 * @returns a reason when it is none of these, or has no id, or no author on the origin of its id
 * @see ActivityStreams Vocabulary 3.3, security rules 16, 20, 24, 31
 */
export function parsePost(document: JsonObject, options: ParsePostOptions = {}): ParsedPost {
  const kind = typeOf(document)
  if (!isPostKind(kind)) return { ok: false, reason: `an object of type ${kind ?? 'none'} is no post` }
  const uri = document['id']
  if (!isUri(uri)) return { ok: false, reason: 'the post has no https id' }
  const actorUri = authorOf(document, options.actorUri)
  if (actorUri === null) return { ok: false, reason: `${uri} names no author` }
  if (!sameOrigin(actorUri, uri))
    return { ok: false, reason: `${uri} is not on the origin of its author ${actorUri}` }
  return { ok: true, post: factsOf(document, { uri, kind, actorUri }, options) }
}

function factsOf(
  document: JsonObject,
  head: Pick<PostFacts, 'uri' | 'kind' | 'actorUri'>,
  options: ParsePostOptions,
): PostFacts {
  const isTitled = head.kind !== 'Note' && head.kind !== 'Question'
  const title = isTitled ? titleOf(document) : null
  const url = pageUrlOf(document['url']) ?? head.uri
  const summary = warningOf(
    isTitled ? document['dcterms:subject'] : (document['summary'] ?? document['summaryMap']),
  )
  const { quoteUri: taggedQuoteUri, ...tags } = parseTags(document['tag'])
  const poll = head.kind === 'Question' ? parsePoll(document) : null
  const updated = dateOf(document['updated'])
  const published = dateOf(document['published'])
  return {
    ...head,
    ...tags,
    url,
    title,
    summary,
    poll,
    published,
    // Several servers write `updated` on creation, in the same second.
    updated:
      updated !== null && published !== null && updated.getTime() <= published.getTime() ? null : updated,
    ...parseContent(document, { kind: head.kind, title, url }),
    sensitive: flagOf(document['sensitive']) || summary !== null,
    ...addressingOf(document, options.followersUri ?? null),
    inReplyTo: idsOf(document['inReplyTo'], 1)[0] ?? null,
    ...quoteOf(document, taggedQuoteUri),
    attachments: parseAttachments(document),
    pollVote: pollVoteOf(document, head.kind),
    ...collectionsOf(document, head.uri),
    ...threadOf(document),
  }
}

/** `attributedTo` is one id, an embedded actor, or several of either. */
function authorOf(document: JsonObject, sender: string | undefined): string | null {
  const { attributedTo } = document
  const ids = idsOf(attributedTo, 16)
  if (sender !== undefined && ids.includes(sender)) return sender
  const person = asArray(attributedTo).find((item) => isObject(item) && typeOf(item) === 'Person')
  return idOf(person) ?? ids[0] ?? null
}

function titleOf(document: JsonObject): string | null {
  const raw = textOf(document['name']) ?? languageMapOf(document['nameMap'])[0]?.[1] ?? ''
  const title = cleanLine(decodeEntities(raw), MAX_TITLE_LENGTH)
  return title === '' ? null : title
}

/** What has a title says what it is about in `summary`; its warnings stand in `dcterms:subject` (FEP-b2b8). */
function warningOf(value: unknown): string | null {
  const lines = isObject(value)
    ? languageMapOf(value)
        .slice(0, 1)
        .map(([, text]) => text)
    : asArray(value)
        .slice(0, 16)
        .filter((line) => typeof line === 'string')
  const raw = truncateText(lines.join(', '), MAX_SUMMARY_LENGTH)
  const warning = cleanLine(htmlToPlainText(raw), MAX_SUMMARY_LENGTH)
  return warning === '' ? null : warning
}

function addressingOf(
  document: JsonObject,
  followersUri: string | null,
): Pick<PostFacts, 'to' | 'cc' | 'visibility'> {
  const to = addresseesOf(document['to'])
  const cc = addresseesOf(document['cc'])
  return { to, cc, visibility: visibilityOf(to, cc, followersUri) }
}

/** The widest audience that is addressed beyond doubt; only the author's own followers collection means followers. */
export function visibilityOf(
  to: readonly string[],
  cc: readonly string[],
  followersUri: string | null,
): PostVisibility {
  if (to.includes(PUBLIC)) return 'public'
  if (cc.includes(PUBLIC)) return 'unlisted'
  return followersUri !== null && (to.includes(followersUri) || cc.includes(followersUri))
    ? 'followers'
    : 'direct'
}

/** Null where the document names no addressees: some servers leave them out of an edit, which says nothing. */
export function statedVisibility({ to, cc, visibility }: PostFacts): PostVisibility | null {
  return to.length === 0 && cc.length === 0 ? null : visibility
}

type QuoteFacts = Pick<PostFacts, 'quoteUri' | 'quoteAuthorizationUri' | 'quotePolicy'>

function quoteOf(document: JsonObject, taggedQuoteUri: string | null): QuoteFacts {
  const named = ['quote', 'quoteUri', 'quoteUrl', '_misskey_quote'].map((key) => idOf(document[key]))
  const interactions = isObject(document['interactionPolicy']) ? document['interactionPolicy'] : {}
  const canQuote = interactions['canQuote']
  return {
    quoteUri: named.find((id) => id !== null) ?? taggedQuoteUri,
    quoteAuthorizationUri: idOf(document['quoteAuthorization']),
    quotePolicy: isObject(canQuote)
      ? {
          automatic: addresseesOf(canQuote['automaticApproval'] ?? canQuote['always']).slice(0, 64),
          manual: addresseesOf(canQuote['manualApproval'] ?? canQuote['approvalRequired']).slice(0, 64),
        }
      : null,
  }
}

/** A vote is a Note that has a name and no content, in reply to the poll. */
function pollVoteOf(document: JsonObject, kind: PostKind): string | null {
  const isBare = textOf(document['content']) === null && document['contentMap'] === undefined
  if (kind !== 'Note' || !isBare || idsOf(document['inReplyTo'], 1).length === 0) return null
  const choice = cleanLine(decodeEntities(textOf(document['name']) ?? ''), 500)
  return choice === '' ? null : choice
}

function collectionsOf(document: JsonObject, uri: string): Pick<PostFacts, 'replies' | 'likes' | 'shares'> {
  const collection = (value: unknown): CollectionFact => {
    const id = idOf(value)
    return {
      uri: id !== null && sameOrigin(id, uri) ? id : null,
      totalItems: isObject(value) ? countOf(value['totalItems']) : null,
    }
  }
  return {
    replies: collection(document['replies'] ?? document['comments']),
    likes: collection(document['likes']),
    shares: collection(document['shares']),
  }
}

function threadOf(document: JsonObject): Pick<PostFacts, 'conversation' | 'context' | 'audience'> {
  // The oldest form of a conversation is a tag: URI, so this is text and not an id.
  const conversation = textOf(document['conversation'])
  return {
    conversation: conversation !== null && conversation.length <= MAX_URI_TEXT_LENGTH ? conversation : null,
    context: idOf(document['context']),
    audience: idOf(document['audience']),
  }
}
