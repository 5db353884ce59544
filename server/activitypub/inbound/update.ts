/** Update: edits of posts, with the earlier versions kept, and changed profiles, which are read anew at their origin. */
import { refreshActors } from '../../domain/actors/actor-freshness.ts'
import { type EditResult, editRemotePost } from '../../domain/posts/edit-remote-post.ts'
import type { PostReference } from '../../domain/posts/find-remote.ts'
import { storeOriginFacts } from '../../domain/posts/origin-facts.ts'
import { updateQuoteFacts } from '../../domain/quotes/edit-quotes.ts'
import { inOpenStreams } from '../../domain/timelines/stream-notices.ts'
import { typeOf } from '../json.ts'
import { type PostFacts, statedVisibility } from '../parse-object.ts'
import { originFacts, postContent, withMentionedActors } from '../post-record.ts'
import { isActorKind } from '../vocabulary.ts'
import type { Batch } from './batch.ts'
import { type IncomingPost, mentionsOf, readPost, storeIncoming } from './create.ts'
import { type AboutPost, passOn } from './forward.ts'
import type { InboundMessage } from './message.ts'

/** An edit of something that never came is taken for its Create, if it was written this recently. */
const LATE_MS = 24 * 3_600_000

export async function handleUpdates(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  const profiles = messages.filter(isProfile)
  await updateProfiles(batch, profiles)
  const edits: IncomingPost[] = []
  for (const message of messages) {
    if (profiles.includes(message)) continue
    const facts = readPost(batch, message)
    if (facts === null) continue
    if (typeof facts === 'string') batch.drop(message, facts)
    else edits.push({ message, facts })
  }
  await batch.loadPosts(edits.map(({ facts }) => facts.uri))
  const edited: AboutPost[] = []
  for (const edit of edits) {
    const post = await editOne(batch, edit)
    if (post === null || post.in_reply_to_id === null) continue
    edited.push({ message: edit.message, post: { ...post, visibility: edit.facts.visibility } })
  }
  await passOn(batch, edited)
}

function isProfile({ activity, signerUri }: InboundMessage): boolean {
  if (activity.object === null) return activity.objectUri === signerUri
  return isActorKind(typeOf(activity.object))
}

/** The embedded document is not used: what the origin says when it is asked counts. */
async function updateProfiles(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  const ids: string[] = []
  for (const message of messages) {
    if (message.activity.objectUri === message.signerUri) {
      ids.push(batch.signerOf(message).id)
      batch.done(message)
    } else {
      batch.drop(message, 'it changes somebody else')
    }
  }
  await refreshActors(batch.tx, ids)
}

/** @returns the post that is another one now, or null */
async function editOne(batch: Batch, edit: IncomingPost): Promise<PostReference | null> {
  const { message, facts } = edit
  const known = batch.posts.get(facts.uri) ?? (await takeForCreate(batch, edit))
  if (known === null) return null
  if (known.author_id !== batch.signerOf(message).id || known.boost_of_id !== null) {
    batch.drop(message, `${facts.uri} is by somebody else`)
    return null
  }
  const isOwnHost = (host: string): boolean => batch.home.isOwnHost(host)
  await batch.loadActors(facts.mentions.map(({ href }) => href))
  const actors = await withMentionedActors(batch.tx, [facts], batch.actors, isOwnHost)
  const content = postContent(facts, actors)
  const areQuotesNew = !isOlder(known, facts) && (await updateQuoteFacts(batch.tx, known.id, content))
  const change = {
    postId: known.id,
    // Not every server says when an edit was made.
    editedAt: earlier(facts.updated ?? message.activity.published ?? message.receivedAt, batch.now),
    isDated: facts.updated !== null,
    content,
    visibility: statedVisibility(facts),
  }
  const result = await editRemotePost(batch.tx, change, batch.now)
  // Some servers send an Update when nothing but the numbers has changed.
  const isCounted = !isOlder(known, facts) && (await storeOriginFacts(batch.tx, known.id, originFacts(facts)))
  if (result === null) {
    // Nor is it one when an agreement came, or the policy is another.
    if (isCounted || areQuotesNew) batch.done(message)
    else batch.drop(message, 'it is older than what is stored, or changes nothing')
    return null
  }
  batch.done(message)
  tell(batch, facts, known.id, batch.signerOf(message).id, result)
  return known
}

/** @returns the post all the same where another claim has just stored it: what it knows is older than the edit */
async function takeForCreate(batch: Batch, edit: IncomingPost): Promise<PostReference | null> {
  const { message, facts } = edit
  const writtenAt = facts.published?.getTime() ?? 0
  if (batch.now.getTime() - writtenAt >= LATE_MS) {
    batch.drop(message, 'the post is not known here')
    return null
  }
  const stored = await storeIncoming(batch, [edit])
  return stored.has(facts.uri) ? null : (batch.posts.get(facts.uri) ?? null)
}

function isOlder(known: PostReference, { updated }: PostFacts): boolean {
  return updated !== null && updated.getTime() + 1_000 <= (known.edited_at ?? known.published_at).getTime()
}

/** Nobody edits in the future, whatever their clock says. */
function earlier(a: Date, b: Date): Date {
  return a < b ? a : b
}

function tell(
  batch: Batch,
  facts: PostFacts,
  postId: string,
  authorId: string,
  result: {
    readonly shownTo: readonly string[]
    readonly boostedBy: readonly string[]
    readonly newlyMentioned: readonly string[]
    readonly quotedBy: EditResult['quotedBy']
  },
): void {
  batch.show(result.shownTo.map((actorId) => ({ actorId, event: 'status.update', id: postId })))
  if (facts.visibility !== 'direct') batch.show(inOpenStreams('status.update', [postId]))
  batch.notify(
    result.boostedBy.map((actorId) => ({ actorId, kind: 'update', fromActorId: authorId, postId })),
  )
  batch.notify(
    result.quotedBy.map(({ actorId, postId: quotingId }) => ({
      actorId,
      kind: 'quoted_update',
      fromActorId: authorId,
      postId: quotingId,
    })),
  )
  const post = { id: postId, author_id: authorId, in_reply_to_uri: facts.inReplyTo }
  batch.notify(
    mentionsOf(batch, facts, post).filter(({ actorId }) => result.newlyMentioned.includes(actorId)),
  )
}
