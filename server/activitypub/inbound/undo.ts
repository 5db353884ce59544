/**
 * Undo: takes back a Follow, Like, reaction, Announce or Block by the same actor, known by its id, or by its object where the id is
 * not known. What was not here yet is remembered, so that it has no effect when it comes late.
 */
import { withdrawBlock } from '../../domain/blocks/receive-block.ts'
import { withdrawFollow } from '../../domain/follows/receive-follow.ts'
import { withdrawReaction } from '../../domain/interactions/ingest-reactions.ts'
import { withdrawLike } from '../../domain/interactions/withdraw-like.ts'
import { removeNotifications } from '../../domain/notifications/create-notifications.ts'
import { removePosts } from '../../domain/posts/remove-posts.ts'
import { rememberDeleted } from '../../domain/posts/tombstones.ts'
import { type UndoQuery, type Undoable, findUndoable } from '../../domain/inbox/find-undoable.ts'
import { assertNever } from '../../core/errors.ts'
import { sameOrigin } from '../../net/origin.ts'
import { idOf, typeOf } from '../json.ts'
import { parseUndoneReaction } from '../parse-reaction.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

export async function handleUndos(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  for (const message of messages) {
    const undone = await undo(batch, message)
    if (undone) batch.done(message)
    else batch.drop(message, 'what it undoes is not known here; it is remembered for a while')
  }
}

async function undo(batch: Batch, message: InboundMessage): Promise<boolean> {
  const { objectUri } = message.activity
  const signer = batch.signerOf(message)
  // Another actor's activity cannot be undone: what is found is found among the signer's own.
  const found = await findUndoable(batch.tx, {
    actorId: signer.id,
    uri: objectUri,
    ...describe(batch, message),
  })
  if (objectUri !== null && sameOrigin(objectUri, message.signerUri)) {
    await rememberDeleted(batch.tx, [
      { uri: objectUri, actorUri: message.signerUri, wasKnown: found !== undefined },
    ])
  }
  if (found === undefined) return false
  await takeBack(batch, found, signer.id)
  return true
}

/** What an Undo tells of the activity that it embeds. */
function describe(
  batch: Batch,
  { host, activity: { object } }: InboundMessage,
): Pick<UndoQuery, 'kind' | 'objectUri' | 'emoji'> {
  if (object === null) return { kind: null, objectUri: null, emoji: null }
  const type = typeOf(object)
  const isReaction = type === 'Like' || type === 'EmojiReact'
  const isOwnHost = (name: string): boolean => batch.home.isOwnHost(name)
  const reaction = isReaction ? parseUndoneReaction(object, { signerHost: host, isOwnHost }) : null
  return {
    // What is no reaction was taken for a like.
    kind: type === 'EmojiReact' ? 'Like' : type,
    objectUri: idOf(object['object']),
    emoji: reaction?.text ?? null,
  }
}

async function takeBack(batch: Batch, found: Undoable, actorId: string): Promise<void> {
  const { tx } = batch
  switch (found.kind) {
    case 'Follow':
      await withdrawFollow(tx, found.follow)
      return
    case 'Block':
      await withdrawBlock(tx, { sourceId: actorId, targetId: found.targetId })
      return
    case 'Like':
      await withdrawLike(tx, found.id, found.postId)
      await removeNotifications(tx, [{ kind: 'favourite', fromActorId: actorId, postId: found.postId }])
      return
    case 'Reaction':
      await withdrawReaction(tx, found.id)
      return
    case 'Announce':
      await removePosts(tx, [found.id])
      await removeNotifications(tx, [{ kind: 'reblog', fromActorId: actorId, postId: found.postId }])
      return
    default:
      assertNever(found)
  }
}
