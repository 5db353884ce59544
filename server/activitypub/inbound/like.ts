/** Like: of what was written here, by those who may see it. With an emoji it is a like all the same. */
import { type LikeRecord, ingestLikes } from '../../domain/interactions/ingest-likes.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

interface IncomingLike {
  readonly message: InboundMessage
  readonly record: LikeRecord
  readonly likedAuthorId: string
}

export async function handleLikes(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  await batch.loadPosts(messages.flatMap(({ activity }) => activity.objectUri ?? []))
  const incoming = messages.flatMap((message) => judge(batch, message) ?? [])
  if (incoming.length === 0) return
  const likes = await ingestLikes(
    batch.tx,
    incoming.map(({ record }) => record),
  )
  const stored = new Set(likes.map(({ uri }) => uri))
  for (const { message, record, likedAuthorId } of incoming) {
    if (!stored.has(record.uri)) {
      batch.drop(message, 'it is known, was undone, or its actor cannot see the post')
      continue
    }
    batch.done(message)
    batch.notify([
      { actorId: likedAuthorId, kind: 'favourite', fromActorId: record.actorId, postId: record.postId },
    ])
  }
}

function judge(batch: Batch, message: InboundMessage): IncomingLike | null {
  const { activity, signerUri } = message
  const signer = batch.signerOf(message)
  const post = activity.objectUri === null ? undefined : batch.posts.get(activity.objectUri)
  if (post?.is_local !== true || post.boost_of_id !== null) {
    batch.drop(message, 'what it likes was not written here')
    return null
  }
  if (batch.isBlockedBy(post.author_id, signer.id)) {
    batch.drop(message, 'its actor is blocked')
    return null
  }
  // A like without an id is known by who likes what.
  const uri = activity.id ?? `${signerUri}#likes/${post.id}`
  const record = { uri, actorId: signer.id, postId: post.id }
  return { message, record, likedAuthorId: post.author_id }
}
