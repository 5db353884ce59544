/** Create: posts of others, stored together. Only what concerns the owner is kept (rule 29). */
import type { ActorReference } from '../../domain/actors/actor.ts'
import type { NotificationDraft } from '../../domain/notifications/create-notifications.ts'
import type { PostReference } from '../../domain/posts/find-remote.ts'
import { type IngestedPost, ingestPosts } from '../../domain/posts/ingest-posts.ts'
import { addToTimelines, atHome } from '../../domain/timelines/add-to-timelines.ts'
import { sameOrigin } from '../../net/origin.ts'
import { blockedReference } from '../blocked-reference.ts'
import { type PostFacts, parsePost } from '../parse-object.ts'
import { actorUrisOf, postRecord, withMentionedActors } from '../post-record.ts'
import { inOpenStreams } from '../../domain/timelines/stream-notices.ts'
import { isAddressed, toldOf } from '../told-of-post.ts'
import type { Batch } from './batch.ts'
import { type AboutPost, passOn } from './forward.ts'
import type { InboundMessage } from './message.ts'
import { type Ballot, handleVotes } from './vote.ts'

const NONE: ReadonlySet<string> = new Set()

/** A message with the post it brings. */
export interface IncomingPost {
  readonly message: InboundMessage
  readonly facts: PostFacts
}

export async function handleCreates(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  const incoming: IncomingPost[] = []
  const ballots: Ballot[] = []
  await batch.loadPosts(messages.flatMap(namedPost))
  for (const message of messages) {
    if (namedPost(message).some((uri) => batch.posts.has(uri))) {
      batch.drop(message, 'what it names is known')
      continue
    }
    const facts = readPosts(batch, message)
    if (facts === null) continue
    if (typeof facts === 'string') batch.drop(message, facts)
    else if (facts.some(({ pollVote }) => pollVote !== null)) ballots.push({ message, votes: facts })
    else incoming.push(...facts.map((one) => ({ message, facts: one })))
  }
  await handleVotes(batch, ballots)
  await storeIncoming(batch, incoming)
}

/**
 * The embedded post, or several votes, which must be by the signer and on its origin (rule 16); else the reason why there
 * is none, or null where it is only named and is being asked for.
 */
function readPosts(batch: Batch, message: InboundMessage): PostFacts[] | string | null {
  const { activity, signerUri } = message
  if (activity.objects.length === 0) return askForObject(batch, message)
  const followersUri = batch.actors.get(signerUri)?.followers_uri ?? null
  const posts: PostFacts[] = []
  for (const object of activity.objects) {
    const parsed = parsePost(object, { actorUri: signerUri, followersUri })
    if (!parsed.ok) return parsed.reason
    if (parsed.post.actorUri !== signerUri)
      return `its author is ${parsed.post.actorUri} and not ${signerUri}`
    const reason = blockedReference(batch.home, parsed.post)
    if (reason !== null) return reason
    posts.push(parsed.post)
  }
  return posts
}

/** The one post that an Update carries. */
export function readPost(batch: Batch, message: InboundMessage): PostFacts | string | null {
  const posts = readPosts(batch, message)
  if (posts === null || typeof posts === 'string') return posts
  const [post] = posts
  return post === undefined || post.pollVote !== null ? 'a vote cannot be changed' : post
}

/** The id of a post that is not carried. */
function namedPost({ activity }: InboundMessage): string[] {
  return activity.objects.length > 0 || activity.objectUri === null ? [] : [activity.objectUri]
}

/** Some servers only name what they send. Nobody is asked for what concerns nobody here. */
function askForObject(batch: Batch, message: InboundMessage): string | null {
  const { objectUri, to, cc } = message.activity
  if (objectUri === null || !sameOrigin(objectUri, message.signerUri))
    return 'its object is not on its origin'
  const isFollowed = batch.relationsWith(batch.signerOf(message).id).some((relation) => relation.follows)
  const isForUs = batch.identities.some(({ uri }) => to.includes(uri) || cc.includes(uri))
  if (!isFollowed && !isForUs) return 'it concerns nobody here'
  batch.ask(message, { kind: 'object', uri: objectUri })
  return null
}

/**
 * Stores new posts that concern somebody here, with all that they cause.
 * @returns the URIs of those that were stored by this call
 */
export async function storeIncoming(
  batch: Batch,
  incoming: readonly IncomingPost[],
): Promise<ReadonlySet<string>> {
  if (incoming.length === 0) return NONE
  await batch.loadActors(incoming.flatMap((one) => namedActors(batch, one)))
  await batch.loadPosts(
    incoming.flatMap(({ facts }) => [facts.inReplyTo, facts.quoteUri].filter((uri) => uri !== null)),
  )
  const wanted = incoming.filter((one) => isWanted(batch, one))
  if (wanted.length === 0) return NONE
  const facts = wanted.map((one) => one.facts)
  const isOwnHost = (host: string): boolean => batch.home.isOwnHost(host)
  const actors = await withMentionedActors(batch.tx, facts, batch.actors, isOwnHost)
  const records = wanted.flatMap(
    ({ facts: one, message }) => postRecord(one, actors, message.receivedAt) ?? [],
  )
  const { posts, linkedIds } = await ingestPosts(batch.tx, records, batch.now)
  const byUri = new Map(posts.map((post) => [post.uri, post]))
  const stored = wanted.flatMap(({ facts: one }) => {
    const post = byUri.get(one.uri)
    return post === undefined ? [] : [{ facts: one, post }]
  })
  for (const { message, facts: one } of wanted) if (byUri.has(one.uri)) batch.done(message)
  await judgeUnstored(
    batch,
    wanted.filter(({ facts: one }) => !byUri.has(one.uri)),
  )
  for (const { facts: one, post } of stored) batch.posts.set(post.uri, referenceOf(one, post))
  await passOn(batch, repliesAmong(wanted, byUri))
  await spread(batch, stored, linkedIds)
  return new Set(byUri.keys())
}

/** A parent may be among the new ones, and is linked by now. */
function repliesAmong(
  wanted: readonly IncomingPost[],
  byUri: ReadonlyMap<string, IngestedPost>,
): AboutPost[] {
  return wanted.flatMap(({ message, facts }) => {
    const post = byUri.get(facts.uri)
    return post === undefined || post.in_reply_to_uri === null ? [] : [{ message, post }]
  })
}

interface StoredPost {
  readonly facts: PostFacts
  readonly post: IngestedPost
}

async function spread(
  batch: Batch,
  stored: readonly StoredPost[],
  linkedIds: readonly string[],
): Promise<void> {
  const newIds = stored.map(({ post }) => post.id)
  const entries = await addToTimelines(batch.tx, [...newIds, ...linkedIds], 'posts')
  const isNew = new Set(newIds)
  // A reply that has found its parent takes its place in the past; it is no news.
  const news = entries.filter((entry) => isNew.has(entry.post_id))
  batch.show(atHome(news).map((entry) => ({ actorId: entry.actor_id, event: 'update', id: entry.post_id })))
  const open = stored.filter(({ post }) => post.visibility !== 'direct')
  batch.show(
    inOpenStreams(
      'update',
      open.map(({ post }) => post.id),
    ),
  )
  const authors = new Map(stored.map(({ post }) => [post.id, post.author_id]))
  for (const entry of news) {
    const authorId = authors.get(entry.post_id) ?? ''
    const relation = batch.relationsWith(authorId).find((one) => one.identity_id === entry.actor_id)
    if (relation?.notifies === true) {
      batch.notify([
        { actorId: entry.actor_id, kind: 'status', fromActorId: authorId, postId: entry.post_id },
      ])
    }
  }
  for (const { facts, post } of stored) {
    const drafts = mentionsOf(batch, facts, post)
    batch.notify(drafts)
    batch.notify(quotedOf(batch, facts, post))
    const { in_reply_to_id: parentId, in_reply_to_uri: parentUri } = post
    if (drafts.length > 0 && parentId === null && parentUri !== null) batch.beginnings.add(post.id)
  }
}

/** Followers collections are addressed by nearly everybody and are nobody's name. */
function namedActors(batch: Batch, { facts, message }: IncomingPost): string[] {
  const followersUri = batch.actors.get(message.signerUri)?.followers_uri
  return actorUrisOf(facts).filter((uri) => uri !== followersUri)
}

/** What was not new is known, by the same author or by another, or was deleted. */
async function judgeUnstored(batch: Batch, unstored: readonly IncomingPost[]): Promise<void> {
  await batch.loadPosts(unstored.map(({ facts }) => facts.uri))
  for (const { message, facts } of unstored) {
    const known = batch.posts.get(facts.uri)
    if (known === undefined) batch.drop(message, 'it was deleted already')
    else if (known.author_id === batch.signerOf(message).id) batch.done(message)
    else batch.drop(message, `${facts.uri} is by somebody else`)
  }
}

/** What concerns nobody gets its outcome here. */
function isWanted(batch: Batch, { message, facts }: IncomingPost): boolean {
  if (concerns(batch, facts, batch.signerOf(message))) return true
  batch.drop(message, 'it concerns nobody here')
  return false
}

/** Somebody here follows the author, is named or addressed, or wrote what it replies to or quotes; and does not block the author. */
function concerns(batch: Batch, facts: PostFacts, signer: ActorReference): boolean {
  const isForFollowers = facts.visibility !== 'direct'
  if (isForFollowers && batch.relationsWith(signer.id).some((relation) => relation.follows)) return true
  const parent = facts.inReplyTo === null ? undefined : batch.posts.get(facts.inReplyTo)
  const quoted = facts.quoteUri === null ? undefined : batch.posts.get(facts.quoteUri)
  return batch.identities.some((identity) => {
    if (batch.isBlockedBy(identity.id, signer.id)) return false
    const isOpen = facts.visibility === 'public' || facts.visibility === 'unlisted'
    const isNamed = isOpen && facts.mentions.some(({ href }) => href === identity.uri)
    const isTheirs = parent?.author_id === identity.id || quoted?.author_id === identity.id
    return isNamed || isAddressed(facts, identity) || (isOpen && isTheirs)
  })
}

export function mentionsOf(
  batch: Batch,
  facts: PostFacts,
  post: Pick<IngestedPost, 'id' | 'author_id' | 'in_reply_to_uri'>,
): NotificationDraft[] {
  const parent = post.in_reply_to_uri === null ? undefined : batch.posts.get(post.in_reply_to_uri)
  return toldOf(batch.identities, facts, parent?.author_id ?? null).map(({ id }) => ({
    actorId: id,
    kind: 'mention',
    fromActorId: post.author_id,
    postId: post.id,
  }))
}

/** Whoever is quoted is told, asked or not, if they may see the quote (rule 25). Servers that know no requests do not ask. */
export function quotedOf(
  batch: Batch,
  facts: PostFacts,
  post: Pick<IngestedPost, 'id' | 'author_id'>,
): NotificationDraft[] {
  const quoted = facts.quoteUri === null ? undefined : batch.posts.get(facts.quoteUri)
  if (quoted?.is_local !== true || quoted.boost_of_id !== null) return []
  return batch.identities
    .filter(
      (identity) => quoted.author_id === identity.id && isSeenBy(batch, facts, post.author_id, identity),
    )
    .map(({ id }) => ({ actorId: id, kind: 'quote', fromActorId: post.author_id, postId: post.id }))
}

function isSeenBy(batch: Batch, facts: PostFacts, authorId: string, identity: ActorReference): boolean {
  if (facts.visibility === 'public' || facts.visibility === 'unlisted') return true
  if (isAddressed(facts, identity)) return true
  const follows = batch.relationsWith(authorId).some((one) => one.identity_id === identity.id && one.follows)
  return facts.visibility === 'followers' && follows
}

function referenceOf(facts: PostFacts, post: IngestedPost): PostReference {
  return {
    id: post.id,
    uri: post.uri,
    author_id: post.author_id,
    is_local: false,
    visibility: post.visibility,
    boost_of_id: null,
    edited_at: facts.updated,
    published_at: facts.published ?? new Date(0),
    in_reply_to_id: post.in_reply_to_id,
    conversation_id: post.id,
  }
}
