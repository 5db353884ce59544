/** From a post's document, as facts, to the rows that stand for it. */
import type { ActorReference } from '../domain/actors/actor.ts'
import { type MentionedActor, ensureMentionedActors } from '../domain/actors/mentioned-actors.ts'
import { type OriginFacts, collectionLink } from '../domain/posts/origin-facts.ts'
import type {
  RemoteAttachment,
  RemoteHashtag,
  RemoteMention,
  RemotePostContent,
  RemotePostRecord,
} from '../domain/posts/remote-post.ts'
import { cleanLine } from '../domain/text/clean-text.ts'
import { htmlToPlainText } from '../domain/text/plain-text.ts'
import { hashtagKey } from '../domain/text/scan-text.ts'
import type { Transaction } from '../db/pool.ts'
import { hostOf } from '../net/origin.ts'
import type { AttachmentFact } from './parse-attachments.ts'
import type { PostFacts } from './parse-object.ts'
import type { MentionFact } from './parse-tags.ts'
import { PUBLIC } from './vocabulary.ts'

/** Actors that facts name, by URI; ids of actors that exist only by name come from `withMentionedActors`. */
export type KnownActors = ReadonlyMap<string, Known>

type Known = Pick<ActorReference, 'id' | 'is_local'> &
  Partial<Pick<ActorReference, 'followers_uri' | 'following_uri'>>

/** Addressees beyond these are not looked up. */
const MAX_ADDRESSEES = 100

/** Every actor that a post may name: to be looked up for many posts at once. */
export function actorUrisOf(facts: PostFacts): string[] {
  const named = facts.mentions.map(({ href }) => href)
  return [...new Set([facts.actorUri, ...named, ...addresseesOf(facts)])]
}

function addresseesOf(facts: PostFacts): string[] {
  return [...facts.to, ...facts.cc].filter((uri) => uri !== PUBLIC).slice(0, MAX_ADDRESSEES)
}

/** Makes rows for mentioned actors that nobody knows yet, and gives them all. */
export async function withMentionedActors(
  tx: Transaction,
  posts: readonly PostFacts[],
  known: KnownActors,
  isOwnHost: (host: string) => boolean,
): Promise<KnownActors> {
  const unknown = posts.flatMap(({ mentions }) => mentions.filter(({ href }) => !known.has(href)))
  const named = unknown.flatMap((mention) => mentionedActorOf(mention, isOwnHost))
  if (named.length === 0) return known
  const ids = await ensureMentionedActors(tx, named)
  const added = [...ids].map(([uri, id]): [string, Known] => [uri, { id, is_local: false }])
  return new Map<string, Known>([...known, ...added])
}

function mentionedActorOf(mention: MentionFact, isOwnHost: (host: string) => boolean): MentionedActor[] {
  const host = hostOf(mention.href)
  const username = /^@?([^\s@/?#<>"'\\:]{1,255})(?:@|$)/u.exec(mention.name)?.[1]
  // Who is not known here on our own host does not exist.
  if (host === undefined || username === undefined || isOwnHost(host)) return []
  return [{ uri: mention.href, username, host }]
}

/** @param published  when a post that does not say so was written: the moment it came */
export function postRecord(facts: PostFacts, known: KnownActors, published: Date): RemotePostRecord | null {
  const author = known.get(facts.actorUri)
  if (author === undefined) return null
  return {
    uri: facts.uri,
    authorId: author.id,
    kind: facts.kind,
    visibility: facts.visibility,
    inReplyToUri: facts.inReplyTo,
    publishedAt: facts.published ?? published,
    ...originFacts(facts),
    ...postContent(facts, known),
  }
}

export function originFacts({ uri, replies, likes, shares }: PostFacts): OriginFacts {
  return {
    repliesLink: collectionLink(uri, replies.uri),
    originReplies: replies.totalItems,
    originBoosts: shares.totalItems,
    originLikes: likes.totalItems,
  }
}

export function postContent(facts: PostFacts, known: KnownActors): RemotePostContent {
  return {
    pageUrl: facts.url,
    title: facts.title,
    contentHtml: facts.contentHtml,
    contentText: htmlToPlainText(facts.contentHtml),
    summary: facts.summary ?? '',
    isSensitive: facts.sensitive,
    language: facts.language,
    emojis: facts.emojis,
    editedAt: facts.updated,
    mentions: mentionsOf(facts, known),
    hashtags: facts.hashtags.flatMap(({ name }): RemoteHashtag[] => {
      const key = hashtagKey(name)
      return key === '' ? [] : [{ name: key, displayName: cleanLine(name, 200) }]
    }),
    attachments: facts.attachments.map(attachmentOf),
    poll: facts.poll,
    quote:
      facts.quoteUri === null ? null : { uri: facts.quoteUri, authorizationUri: facts.quoteAuthorizationUri },
    quoteAutomatic:
      facts.quotePolicy === null ? null : policyWords(facts, facts.quotePolicy.automatic, known),
    quoteManual: facts.quotePolicy === null ? null : policyWords(facts, facts.quotePolicy.manual, known),
  }
}

/** Actors that a policy names one by one, beyond these, are left out. */
const MOST_POLICY_ACTORS = 8

/** Collections by their names. An author who names only oneself lets nobody else quote. */
function policyWords(facts: PostFacts, uris: readonly string[], known: KnownActors): string[] {
  const author = known.get(facts.actorUri)
  const words = uris.map((uri) => {
    if (uri === PUBLIC) return 'public'
    if (uri === author?.followers_uri) return 'followers'
    return uri === author?.following_uri ? 'following' : uri
  })
  const groups = words.filter((word) => !word.includes(':'))
  const actors = words.filter((word) => word.includes(':') && word !== facts.actorUri)
  return [...groups, ...actors.slice(0, MOST_POLICY_ACTORS)]
}

/**
 * Named actors, and known ones who are addressed without a name. An identity of ours that is named but not addressed
 * gains nothing by it where the post is not public anyway (rule 25).
 */
function mentionsOf(facts: PostFacts, known: KnownActors): RemoteMention[] {
  const addressees = new Set(addresseesOf(facts))
  const isOpen = facts.visibility === 'public' || facts.visibility === 'unlisted'
  const mentions: RemoteMention[] = []
  for (const { href } of facts.mentions) {
    const actor = known.get(href)
    if (actor !== undefined && (isOpen || addressees.has(href))) {
      mentions.push({ actorId: actor.id, isSilent: false })
      addressees.delete(href)
    }
  }
  for (const uri of addressees) {
    const actor = known.get(uri)
    if (actor !== undefined && uri !== facts.actorUri) mentions.push({ actorId: actor.id, isSilent: true })
  }
  return mentions
}

const FALLBACK_TYPES: Readonly<Record<AttachmentFact['kind'], string>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/mpeg',
  unknown: 'application/octet-stream',
}

function attachmentOf(fact: AttachmentFact): RemoteAttachment {
  return {
    kind: fact.kind,
    mediaType: fact.mediaType ?? FALLBACK_TYPES[fact.kind],
    url: fact.url,
    previewUrl: fact.previewUrl,
    description: fact.description,
    blurhash: fact.blurhash,
    width: fact.width,
    height: fact.height,
    focusX: fact.focus?.x ?? null,
    focusY: fact.focus?.y ?? null,
    durationSeconds: fact.durationSeconds,
  }
}
