/** Like without an emoji: of what was written here, by those who may see it. */
import { type LikeRecord, ingestLikes } from '../../domain/interactions/ingest-likes.ts'
import type { PostReference } from '../../domain/posts/find-remote.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

interface IncomingLike {
  readonly message: InboundMessage
  readonly record: LikeRecord
  readonly likedAuthorId: string
}

/** The posts that the messages name must have been looked up. */
export async function handlePlainLikes(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
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
  const post = likedPost(batch, message)
  if (post === null) return null
  // A like without an id is known by who likes what.
  const uri = message.activity.id ?? `${message.signerUri}#likes/${post.id}`
  const record = { uri, actorId: batch.signerOf(message).id, postId: post.id }
  return { message, record, likedAuthorId: post.author_id }
}

/** The post of this home that is liked or reacted to; where there is none, the message gets its outcome here. */
export function likedPost(batch: Batch, message: InboundMessage): PostReference | null {
  const { objectUri } = message.activity
  const post = objectUri === null ? undefined : batch.posts.get(objectUri)
  if (post?.is_local !== true || post.boost_of_id !== null) {
    batch.drop(message, 'what it likes was not written here')
    return null
  }
  if (batch.isBlockedBy(post.author_id, batch.signerOf(message).id)) {
    batch.drop(message, 'its actor is blocked')
    return null
  }
  return post
}
