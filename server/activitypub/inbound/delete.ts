/** Delete: of posts, boosts and agreements to quotes by their author, early ones remembered; of actors once their origin confirms it. */
import { forgetGoneActor } from '../../domain/actors/actor-freshness.ts'
import { removePosts } from '../../domain/posts/remove-posts.ts'
import { type RemoteTombstone, rememberDeleted } from '../../domain/posts/tombstones.ts'
import { revokeStamps } from '../../domain/quotes/settle-quotes.ts'
import { sameOrigin } from '../../net/origin.ts'
import type { Batch } from './batch.ts'
import { type AboutPost, passOn } from './forward.ts'
import type { InboundMessage } from './message.ts'

export async function handleDeletes(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  const posts: InboundMessage[] = []
  for (const message of messages) {
    if (message.activity.objectUri === message.signerUri) await deleteActor(batch, message)
    else posts.push(message)
  }
  await deletePosts(batch, posts)
}

/** A signed Delete proves that somebody holds the key; only 410 at the origin proves that the actor is gone (rule 14). */
async function deleteActor(batch: Batch, message: InboundMessage): Promise<void> {
  const { signerUri } = message
  if (!batch.confirmed.gone.has(signerUri)) {
    batch.ask(message, { kind: 'gone', uri: signerUri })
    return
  }
  await forgetGoneActor(batch.tx, batch.signerOf(message).id, batch.now)
  batch.done(message)
}

async function deletePosts(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  const stamps = messages.flatMap((message) => {
    const uri = message.activity.objectUri
    const isTheirs = uri !== null && sameOrigin(uri, message.signerUri)
    return isTheirs ? [{ uri, actorId: batch.signerOf(message).id }] : []
  })
  const revoked = await revokeStamps(batch.tx, stamps)
  await batch.loadPosts(messages.flatMap(({ activity }) => activity.objectUri ?? []))
  const ids: string[] = []
  const replies: AboutPost[] = []
  const tombstones: RemoteTombstone[] = []
  for (const message of messages) {
    const uri = message.activity.objectUri
    if (uri === null || !sameOrigin(uri, message.signerUri)) {
      batch.drop(message, 'what it deletes is not on the origin of its actor')
      continue
    }
    const known = batch.posts.get(uri)
    if (known !== undefined && known.author_id !== batch.signerOf(message).id) {
      batch.drop(message, `${uri} is by somebody else`)
      continue
    }
    if (revoked.has(uri)) {
      batch.done(message)
      continue
    }
    tombstones.push({ uri, actorUri: message.signerUri, wasKnown: known !== undefined })
    if (known === undefined) {
      batch.drop(message, 'what it deletes is not known here; it is remembered for a while')
      continue
    }
    ids.push(known.id)
    if (known.in_reply_to_id !== null) replies.push({ message, post: known })
    batch.posts.delete(uri)
    batch.done(message)
  }
  // While it is known whom they answer.
  await passOn(batch, replies)
  await rememberDeleted(batch.tx, dedupe(tombstones))
  await removePosts(batch.tx, ids)
}

function dedupe(tombstones: readonly RemoteTombstone[]): RemoteTombstone[] {
  return [...new Map(tombstones.toReversed().map((one) => [`${one.uri} ${one.actorUri}`, one])).values()]
}
