/**
 * The one place where an identity is told: what is made here and not filtered reaches its conversations, its open streams and
 * the devices that asked for a push, in the same transaction.
 */
import type { Transaction } from '../../db/pool.ts'
import { addToConversations } from '../conversations/add-to-conversations.ts'
import { queuePushes } from '../push/queue-pushes.ts'
import type { StreamChange } from '../timelines/stream-notices.ts'
import {
  type CreatedNotification,
  type NotificationDraft,
  createNotifications,
} from './create-notifications.ts'

/** @returns what open streams are to be told, by the caller, who may have more for them */
export async function tellNotifications(
  tx: Transaction,
  drafts: readonly NotificationDraft[],
): Promise<StreamChange[]> {
  const created = await createNotifications(tx, drafts)
  await queuePushes(
    tx,
    created.map(({ id }) => id),
  )
  const told = created.map(({ actor_id: actorId, id }): StreamChange => ({
    actorId,
    event: 'notification',
    id,
  }))
  return [...told, ...(await deliverLetters(tx, created))]
}

/** A private post comes into the conversations of whoever is told of it. */
export async function deliverLetters(
  tx: Transaction,
  notifications: readonly Pick<CreatedNotification, 'actor_id' | 'post_id' | 'is_letter'>[],
): Promise<StreamChange[]> {
  return addToConversations(
    tx,
    notifications.flatMap(({ actor_id: actorId, post_id: postId, is_letter: isLetter }) =>
      isLetter && postId !== null ? [{ actorId, postId }] : [],
    ),
  )
}
