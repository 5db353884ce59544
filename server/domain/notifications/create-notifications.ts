/** Tells identities what others did that concerns them: any number of notifications in one statement. */
import { sql } from 'kysely'
import type { NotificationType } from '../../contracts/notification.ts'
import type { Transaction } from '../../db/pool.ts'
import { blockedBetween, ofBlockedDomain } from '../posts/can-see.ts'

export interface NotificationDraft {
  /** The identity that is told; anybody else is left out. */
  readonly actorId: string
  readonly kind: NotificationType
  readonly fromActorId: string
  /** The post it is about: the mention, the liked or boosted post, the edited one. */
  readonly postId: string | null
  /** The reaction that it tells of: each is told, and is told no more when its row goes. */
  readonly interactionId?: string
}

export interface CreatedNotification {
  readonly id: string
  readonly actor_id: string
}

/**
 * Left out are those of oneself (but the end of one's own poll), of whoever is blocked, by name or by domain, or whose
 * notifications are muted, of answers to such people, and those of muted threads; the same thing is told once. Whether the
 * identity may see the post is for the caller to know (rule 25).
 */
export async function createNotifications(
  tx: Transaction,
  drafts: readonly NotificationDraft[],
): Promise<CreatedNotification[]> {
  if (drafts.length === 0) return []
  const { rows } = await sql<CreatedNotification>`
    insert into notifications (actor_id, kind, from_actor_id, post_id, interaction_id)
    select me.id, given.kind, "fromActorId", "postId", "interactionId"
      from rows from (jsonb_to_recordset(${JSON.stringify(drafts)}::jsonb)
             as ("actorId" bigint, kind text, "fromActorId" bigint, "postId" bigint, "interactionId" bigint))
           with ordinality as given
      join actors as me on me.id = given."actorId" and me.is_local and not me.is_instance_actor
     where ("fromActorId" <> me.id or given.kind = 'poll')
       and not exists (
             select 1 from blocks
              where blocks.state not in ('undone', 'undone_sent')
                and (blocks.expires_at is null or blocks.expires_at > now())
                and ((blocks.source_id = me.id and blocks.target_id = "fromActorId"
                      and (not blocks.is_mute or blocks.hides_notifications))
                  or (blocks.source_id = "fromActorId" and blocks.target_id = me.id and not blocks.is_mute)))
       and not exists (
             select 1 from posts
              where posts.id = "postId" and posts.in_reply_to_author_id is not null
                and ${blockedBetween(sql.ref('me.id'), sql.ref('posts.in_reply_to_author_id'))})
       and not ${ofBlockedDomain(sql`"fromActorId"`)}
       and not exists (
             select 1 from thread_mutes join posts on posts.conversation_id = thread_mutes.conversation_id
              where thread_mutes.actor_id = me.id and posts.id = "postId")
     order by ordinality
        on conflict do nothing
    returning id, actor_id`.execute(tx)
  return rows
}

/** Takes back what is no longer so: a follow request that was withdrawn, a like that was undone. */
export async function removeNotifications(
  tx: Transaction,
  drafts: ReadonlyArray<Omit<NotificationDraft, 'actorId'> & { readonly postId: string }>,
): Promise<void> {
  if (drafts.length === 0) return
  await sql`
    delete from notifications
     using jsonb_to_recordset(${JSON.stringify(drafts)}::jsonb)
        as given (kind text, "fromActorId" bigint, "postId" bigint)
     where notifications.kind = given.kind and from_actor_id = "fromActorId"
       and post_id = "postId"`.execute(tx)
}

/** The same for reactions of identities, whose rows stay for a while after they are taken back. */
export async function removeReactionNotifications(
  tx: Transaction,
  interactionIds: readonly string[],
): Promise<void> {
  if (interactionIds.length === 0) return
  await tx.deleteFrom('notifications').where('interaction_id', 'in', interactionIds).execute()
}
