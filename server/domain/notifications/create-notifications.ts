/** Tells identities what others did that concerns them: any number of notifications in one statement. */
import { sql } from 'kysely'
import type { NotificationType } from '../../contracts/notification.ts'
import type { Transaction } from '../../db/pool.ts'
import { blockedBetween } from '../posts/can-see.ts'
import { GROUP_KEY } from './group-key.ts'
import { POLICY_FACTS, POLICY_VERDICT } from './policy-verdict.ts'

export interface NotificationDraft {
  /** The identity that is told; anybody else is left out. */
  readonly actorId: string
  readonly kind: NotificationType
  readonly fromActorId: string
  /** The post it is about: the mention, the liked or boosted post, the edited one. */
  readonly postId: string | null
  /** The reaction that it tells of: each is told, and is told no more when its row goes. */
  readonly interactionId?: string
  /** The complaint. */
  readonly reportId?: string
  /** What ended follows. */
  readonly severanceId?: string
}

export interface CreatedNotification {
  readonly id: string
  readonly actor_id: string
  readonly kind: NotificationType
  readonly from_actor_id: string
  readonly post_id: string | null
  /** A mention in a private post. */
  readonly is_letter: boolean
}

/**
 * Left out are those of oneself (but the end of one's own poll and of one's follows), of whoever is blocked, by name or by
 * domain, or whose notifications are muted, of answers to such people, and those of muted threads; the same thing is told once,
 * also after it was put away. Whether the identity may see the post is for the caller to know (rule 25).
 * @returns those that the identity is told of now; what its policy filters is kept with a request, what it drops is not
 */
export async function createNotifications(
  tx: Transaction,
  drafts: readonly NotificationDraft[],
): Promise<CreatedNotification[]> {
  if (drafts.length === 0) return []
  const { rows } = await sql<CreatedNotification>`
    with judged as (
      select me.id as actor_id, given.*, ${POLICY_VERDICT} as verdict, ${GROUP_KEY} as group_key
        from rows from (jsonb_to_recordset(${JSON.stringify(drafts)}::jsonb)
               as ("actorId" bigint, kind text, "fromActorId" bigint, "postId" bigint, "interactionId" bigint,
                   "reportId" bigint, "severanceId" bigint)) with ordinality as given
        join actors as me on me.id = given."actorId" and me.is_local and not me.is_instance_actor and me.gone_at is null
        join actors as sender on sender.id = given."fromActorId"
        left join notification_policies as policy on policy.actor_id = me.id
        ${POLICY_FACTS}
       where ${IS_WANTED}
    ), made as (
      insert into notifications
             (actor_id, kind, from_actor_id, post_id, interaction_id, report_id, severance_id, group_key, is_filtered)
      select actor_id, kind, "fromActorId", "postId", "interactionId", "reportId", "severanceId", group_key, verdict = 'filter'
        from judged where verdict <> 'drop' order by ordinality
          on conflict do nothing
      returning id, actor_id, kind, from_actor_id, post_id, is_filtered
    ), waiting as (
      insert into notification_requests (actor_id, from_actor_id)
      select distinct actor_id, from_actor_id from made where is_filtered order by actor_id, from_actor_id
          on conflict (actor_id, from_actor_id) do update set updated_at = now()
    )
    select made.id, made.actor_id, made.kind, made.from_actor_id, made.post_id,
           made.kind = 'mention' and posts.visibility = 'direct' as is_letter
      from made left join posts on posts.id = made.post_id
     where not made.is_filtered order by made.id`.execute(tx)
  return rows
}

const IS_WANTED = sql`
  (sender.id <> me.id or given.kind in ('poll', 'severed_relationships'))
  and not exists (
        select 1 from blocks
         where blocks.state not in ('undone', 'undone_sent')
           and (blocks.expires_at is null or blocks.expires_at > now())
           and ((blocks.source_id = me.id and blocks.target_id = sender.id
                 and (not blocks.is_mute or blocks.hides_notifications))
             or (blocks.source_id = sender.id and blocks.target_id = me.id and not blocks.is_mute)))
  and not exists (
        select 1 from posts
         where posts.id = given."postId" and posts.in_reply_to_author_id is not null
           and ${blockedBetween(sql.ref('me.id'), sql.ref('posts.in_reply_to_author_id'))})
  and not sender.is_domain_blocked
  and not exists (
        select 1 from thread_mutes join posts on posts.conversation_id = thread_mutes.conversation_id
         where thread_mutes.actor_id = me.id and posts.id = given."postId")`

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
