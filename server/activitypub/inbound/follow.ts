/** Follow: of an identity here. An open one is accepted at once, a locked one asks its owner. */
import { receiveFollow } from '../../domain/follows/receive-follow.ts'
import { wasDeletedBy } from '../../domain/posts/tombstones.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

export async function handleFollows(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  for (const message of messages) {
    const reason = await follow(batch, message)
    if (reason === null) batch.done(message)
    else batch.drop(message, reason)
  }
}

/** Null where the follow took effect, else why not. */
async function follow(batch: Batch, message: InboundMessage): Promise<string | null> {
  const { id, objectUri } = message.activity
  const target = batch.identity(objectUri)
  if (target === undefined) return 'whom it follows is no identity of this home'
  if (id === null) return 'it has no id, so that it could not be answered'
  if (await wasDeletedBy(batch.tx, id, message.signerUri)) return 'it was undone already'
  const source = batch.signerOf(message)
  const result = await receiveFollow(batch.tx, {
    uri: id,
    source,
    target,
    isRefused: target.moved_to_uri !== null || batch.isBlockedBy(target.id, source.id),
  })
  if (result === 'taken') return 'its id belongs to another follow'
  if (result === 'refused') {
    const why = target.moved_to_uri === null ? 'its actor is blocked' : 'the identity has moved'
    return `${why}; a Reject is on its way`
  }
  if (result === 'repeated') return null
  const kind = result === 'asked' ? 'follow_request' : 'follow'
  batch.notify([{ actorId: target.id, kind, fromActorId: source.id, postId: null }])
  return null
}
