/** Announce: boosts by those whom somebody here follows, and boosts of what was written here. */
import { type BoostRecord, ingestBoosts } from '../../domain/posts/ingest-boosts.ts'
import type { PostReference } from '../../domain/posts/find-remote.ts'
import { addToTimelines, atHome } from '../../domain/timelines/add-to-timelines.ts'
import { boosterChanges } from '../../domain/timelines/booster-changes.ts'
import { inOpenStreams } from '../../domain/timelines/stream-notices.ts'
import { visibilityOf } from '../parse-object.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

interface IncomingBoost {
  readonly message: InboundMessage
  readonly record: BoostRecord
  readonly boosted: PostReference
}

/** What an Announce embeds is never believed: the post is read at its own id (rule 18). */
export async function handleAnnounces(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  await batch.loadPosts(messages.flatMap(({ activity }) => activity.objectUri ?? []))
  const incoming = messages.flatMap((message) => judge(batch, message) ?? [])
  if (incoming.length === 0) return
  const boosts = await ingestBoosts(
    batch.tx,
    incoming.map(({ record }) => record),
    batch.now,
  )
  const byUri = new Map(boosts.map((boost) => [boost.uri, boost]))
  for (const { message, record, boosted } of incoming) {
    const boost = byUri.get(record.uri)
    if (boost === undefined) {
      batch.drop(message, 'it is known, was undone, repeats a boost, or its author is of a blocked domain')
      continue
    }
    batch.done(message)
    batch.notify([
      { actorId: boosted.author_id, kind: 'reblog', fromActorId: record.authorId, postId: boosted.id },
    ])
  }
  const ids = boosts.map(({ id }) => id)
  const entries = await addToTimelines(batch.tx, ids)
  batch.show(
    atHome(entries).map((entry) => ({ actorId: entry.actor_id, event: 'update', id: entry.post_id })),
  )
  batch.show(await boosterChanges(batch.tx, ids))
  batch.show(inOpenStreams('update', ids))
}

function judge(batch: Batch, message: InboundMessage): IncomingBoost | null {
  const { activity, signerUri } = message
  const signer = batch.signerOf(message)
  const { id, objectUri } = activity
  if (id === null || objectUri === null) {
    batch.drop(message, 'it has no id, or its object has none')
    return null
  }
  const boosted = batch.posts.get(objectUri)
  const isFollowed = batch.relationsWith(signer.id).some((relation) => relation.follows)
  if (!isFollowed && boosted?.is_local !== true) {
    batch.drop(message, 'it concerns nobody here')
    return null
  }
  if (boosted?.is_local === true && batch.isBlockedBy(boosted.author_id, signer.id)) {
    batch.drop(message, 'its actor is blocked')
    return null
  }
  if (boosted === undefined) {
    batch.ask(message, { kind: 'post', uri: objectUri })
    return null
  }
  const isOpen = boosted.visibility === 'public' || boosted.visibility === 'unlisted'
  const isOwn = boosted.visibility === 'followers' && boosted.author_id === signer.id
  if (boosted.boost_of_id !== null || !(isOpen || isOwn)) {
    batch.drop(message, `${objectUri} is not to be boosted`)
    return null
  }
  const followersUri = batch.actors.get(signerUri)?.followers_uri ?? null
  const record: BoostRecord = {
    uri: id,
    authorId: signer.id,
    boostOfId: boosted.id,
    visibility: isOwn ? 'followers' : visibilityOf(activity.to, activity.cc, followersUri),
    publishedAt: activity.published ?? message.receivedAt,
  }
  return { message, record, boosted }
}
