/**
 * Queues an activity: its body once, and one delivery for each distinct inbox, in one statement however many followers
 * there are. Queueing the same activity again does nothing, so handlers may run twice.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { BEHIND_PROBE_SECONDS } from './parked-deliveries.ts'
import { UNPUBLISHED_DOMAIN } from '../owner/own-uris.ts'
import { PURGE_MS } from '../purges/purger.ts'
import { fanOutGraph } from './fan-out-graph.ts'

/** Whom an activity is for; the parts add up. Who is here, gone, suspended or of a blocked domain gets nothing. */
export interface Recipients {
  /** The accepted followers of this actor. */
  readonly followersOf?: string
  readonly actorIds?: readonly string[]
  /** Whoever a post is addressed to by mention. */
  readonly mentionedIn?: string
  /** Whom a post quotes. */
  readonly quotedIn?: string
  /** Whoever liked, boosted, answered or quoted a post, or voted in it: they have copies of it. */
  readonly touchedPost?: string
  /** Every inbox that is known: for an actor that leaves. */
  readonly everybody?: boolean
  /** Nobody on this host, wherever else they are named. */
  readonly notHost?: string
  /** Also whom the signer blocks: for the Block itself and what goes with it. */
  readonly evenBlocked?: boolean
}

export interface QueuedActivity {
  /** Signs the deliveries. */
  readonly signer: Pick<Row<'actors'>, 'id' | 'host'>
  /** Sent as it is; `id` names it once and for all. */
  readonly activity: { readonly id: string; readonly type: string } & Readonly<Record<string, unknown>>
  /** Somebody else's activity that is passed on: its text as it came, and the actor it is by. */
  readonly forwarded?: { readonly body: string; readonly authorId: string }
  /** What it is about: deliveries about one object reach an inbox in the order in which they were queued. */
  readonly objectUri: string
  readonly recipients: Recipients
}

/**
 * Deliveries to hosts that are being waited for are due when these have been asked again; hosts that were silent for long get none.
 * Whoever hears of a change asks at once for what has changed: while caches in front of the home are told of it, its
 * deliveries wait, until they have answered or five seconds have passed. A home without an address sends nothing.
 * @returns how many deliveries were made; 0 also when the activity was queued before
 */
export async function queueActivity(tx: Transaction, queued: QueuedActivity): Promise<number> {
  const { signer, activity, objectUri, forwarded, recipients } = queued
  if (signer.host === UNPUBLISHED_DOMAIN) return 0
  const { rows } = await sql<{ made: number }>`
    with purge as (
      select id from purges where object_uri = ${objectUri} and answered_at is null and state = 'new'
       order by id desc limit 1 for share
    ), activity as (
      insert into outbound_activities (activity_uri, activity_type, actor_id, object_uri, body, is_for_followers,
                                       forwarded_from, purge_id)
      values (${activity.id}, ${activity.type}, ${signer.id}, ${objectUri},
              ${forwarded?.body ?? JSON.stringify(activity)},
              ${recipients.followersOf === signer.id && forwarded === undefined}, ${forwarded?.authorId ?? null},
              (select id from purge))
          on conflict (activity_uri) do nothing
      returning id
    ), inboxes as (
      select distinct coalesce(actors.shared_inbox_uri, actors.inbox_uri) as inbox_uri, actors.host
        from actors
       where ${isRecipient(queued)}
         and actors.domain_id is null and actors.gone_at is null and actors.suspended_at is null
         and not actors.is_domain_blocked
         and actors.inbox_uri <> '' and exists (select from activity)
    ), made as (
      insert into fan_outs (activity_id, inbox_uri, host, object_uri, has_elder, state_next_attempt_at)
      select activity.id, inboxes.inbox_uri, inboxes.host, ${objectUri},
             exists (select from fan_outs as elder
                      where elder.inbox_uri = inboxes.inbox_uri and elder.object_uri = ${objectUri}
                        and elder.state = 'new'),
             greatest(now(), case when peers.retry_at > now()
                                  then peers.retry_at + make_interval(secs => ${BEHIND_PROBE_SECONDS}) end,
                      (select now() + make_interval(secs => ${PURGE_MS / 1000}) from purge))
        from activity cross join inboxes left join peers on peers.host = inboxes.host
       where peers.unavailable_at is null
      returning 1
    )
    select made, (select pg_notify('stator', ${fanOutGraph.table}) where made > 0)
      from (select count(*)::integer as made from made) as counted`.execute(tx)
  return rows[0]?.made ?? 0
}

/** Whether this activity was queued before: whoever runs again knows what it has said already. */
export async function isQueued(tx: Transaction, activityUri: string): Promise<boolean> {
  const row = await tx
    .selectFrom('outbound_activities')
    .select('id')
    .where('activity_uri', '=', activityUri)
    .executeTakeFirst()
  return row !== undefined
}

function isRecipient({ signer, recipients }: QueuedActivity): RawBuilder<unknown> {
  const { followersOf, actorIds, mentionedIn, quotedIn, touchedPost, everybody, evenBlocked, notHost } =
    recipients
  if (everybody === true) return sql`true`
  const sources: RawBuilder<unknown>[] = []
  if (followersOf !== undefined) {
    sources.push(sql`select source_id from follows where target_id = ${followersOf} and state = 'accepted'`)
  }
  if (actorIds !== undefined) sources.push(sql`select unnest(${actorIds}::bigint[])`)
  if (mentionedIn !== undefined)
    sources.push(sql`select actor_id from mentions where post_id = ${mentionedIn}`)
  if (quotedIn !== undefined) {
    sources.push(sql`select quoted_author_id from quotes where post_id = ${quotedIn}`)
  }
  if (touchedPost !== undefined) {
    sources.push(
      sql`select actor_id from interactions where post_id = ${touchedPost}`,
      sql`select actor_id from poll_votes where poll_id = ${touchedPost}`,
      sql`select author_id from posts where boost_of_id = ${touchedPost}`,
      sql`select unnest(boosted_by) from posts where id = ${touchedPost}`,
      sql`select author_id from posts where in_reply_to_id = ${touchedPost}`,
      sql`select posts.author_id from quotes join posts on posts.id = quotes.post_id where quotes.quoted_id = ${touchedPost}`,
      sql`select quoting_actor_id from quote_authorizations where quoted_id = ${touchedPost}`,
    )
  }
  if (sources.length === 0) return sql`false`
  const isElsewhere = notHost === undefined ? sql`true` : sql`actors.host <> ${notHost}`
  const isAmong = sql`actors.id in (${sql.join(sources, sql` union `)}) and ${isElsewhere}`
  if (evenBlocked === true) return isAmong
  return sql`${isAmong} and not exists (
    select from blocks where blocks.source_id = ${signer.id} and blocks.target_id = actors.id
       and not blocks.is_mute and blocks.state not in ('undone', 'undone_sent'))`
}
