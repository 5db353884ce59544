/** What posts of this home cause within it: home timelines, notifications between identities, open streams. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { addToConversations } from '../conversations/add-to-conversations.ts'
import { addToLists } from '../lists/list-entries.ts'
import type { NotificationDraft } from '../notifications/create-notifications.ts'
import { tellNotifications } from '../notifications/tell-notifications.ts'
import { addToTimelines, atHome } from '../timelines/add-to-timelines.ts'
import { boosterChanges } from '../timelines/booster-changes.ts'
import { type StreamChange, inOpenStreams, publishToStreams } from '../timelines/stream-notices.ts'

/** Puts an own post or boost into the home timelines of its author and of the identities that follow them. */
export async function spreadAtHome(tx: Transaction, postId: string, kind: 'post' | 'boost'): Promise<void> {
  const entries = await addToTimelines(tx, [postId], kind === 'boost' ? 'posts and boosts' : 'posts')
  await addToLists(tx, [postId])
  const boosters = kind === 'boost' ? await boosterChanges(tx, [postId]) : []
  await publishToStreams(
    tx,
    atHome(entries)
      .map((entry): StreamChange => ({ actorId: entry.actor_id, event: 'update', id: entry.post_id }))
      .concat(boosters, inOpenStreams('update', [postId])),
  )
}

/** Tells identities of this home what another one did; whoever is no identity is passed over. */
export async function tellIdentities(tx: Transaction, drafts: readonly NotificationDraft[]): Promise<void> {
  await publishToStreams(tx, await tellNotifications(tx, drafts))
}

/** Tells the identities that a post mentions by name. */
export async function tellMentioned(
  tx: Transaction,
  post: { readonly id: string; readonly author_id: string },
  actorIds: readonly string[],
): Promise<void> {
  await tellIdentities(
    tx,
    actorIds.map((actorId) => ({ actorId, kind: 'mention', fromActorId: post.author_id, postId: post.id })),
  )
}

/** A private post stands in the conversations of its author too. */
export async function keepLetter(
  tx: Transaction,
  post: { readonly id: string; readonly author_id: string },
): Promise<void> {
  await publishToStreams(tx, await addToConversations(tx, [{ actorId: post.author_id, postId: post.id }]))
}

/** Tells the streams that may have shown a post that it changed. */
export async function tellOfEdit(tx: Transaction, postId: string): Promise<void> {
  const { rows } = await sql<{ actorId: string }>`
    select actor_id as "actorId" from timeline_entries where post_id = ${postId}`.execute(tx)
  await publishToStreams(
    tx,
    rows
      .map(({ actorId }): StreamChange => ({ actorId, event: 'status.update', id: postId }))
      .concat(inOpenStreams('status.update', [postId])),
  )
}
