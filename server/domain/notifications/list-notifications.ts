/** Notifications as they are read: pages, one by id, how many are unread. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { NOTIFICATION_TYPES, type Notification, type NotificationType } from '../../contracts/notification.ts'
import { isRowId } from '../../core/id.ts'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { loadActors, loadedAccount } from '../actors/account-entities.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { loadReactions } from '../interactions/load-reactions.ts'
import { type ReactionGroup, emojiReaction } from '../interactions/reaction-entities.ts'
import { blockedBetween, visiblePosts } from '../posts/can-see.ts'
import { findVisiblePosts } from '../posts/find-post.ts'
import { statusesFromRows } from '../posts/status-entities.ts'

export type NotificationRow = Row<'notifications'>

export interface NotificationFilter {
  readonly types: readonly NotificationType[]
  readonly excludedTypes: readonly NotificationType[]
  /** Only of this actor. */
  readonly fromActorId: string | null
}

export const EVERY_NOTIFICATION: NotificationFilter = { types: [], excludedTypes: [], fromActorId: null }

export async function listNotifications(
  db: Querier,
  viewerId: string,
  filter: NotificationFilter,
  page: PageRequest,
): Promise<PageOf<NotificationRow>> {
  const cursor = sql.ref('notifications.id')
  const { rows } = await sql<NotificationRow>`
    select notifications.* from notifications
     where ${shownTo(viewerId, filter)} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.id)
}

export async function findNotifications(
  db: Querier,
  viewerId: string,
  ids: readonly string[],
): Promise<NotificationRow[]> {
  const wanted = ids.filter(isRowId)
  if (wanted.length === 0) return []
  const { rows } = await sql<NotificationRow>`
    select notifications.* from notifications
     where notifications.id = any(${wanted}::bigint[]) and ${shownTo(viewerId, EVERY_NOTIFICATION)}
     order by notifications.id`.execute(db)
  return rows
}

/** Those newer than the read marker; counting stops at the limit. */
export async function countUnread(
  db: Querier,
  viewerId: string,
  filter: NotificationFilter,
  limit: number,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select 1 from notifications
       where ${shownTo(viewerId, filter)}
         and notifications.id > coalesce((select last_read_id from markers
               where actor_id = ${viewerId} and timeline = 'notifications'), 0)
       limit ${limit}) as unread`.execute(db)
  return rows[0]?.count ?? 0
}

/** What the viewer may not see any more is not told of either. */
function shownTo(viewerId: string, filter: NotificationFilter): RawBuilder<SqlBool> {
  const from = sql.ref('notifications.from_actor_id')
  const kinds = filter.types.length === 0 ? NOTIFICATION_TYPES : filter.types
  const wanted = kinds.filter((kind) => !filter.excludedTypes.includes(kind))
  const ofActor = filter.fromActorId === null ? sql`` : sql` and ${from} = ${filter.fromActorId}`
  return sql<SqlBool>`(notifications.actor_id = ${viewerId} and notifications.dismissed_at is null
    and notifications.kind = any(${wanted}::text[])${ofActor}
    and not ${blockedBetween(viewerId, from)}
    and not exists (
          select 1 from blocks where blocks.is_mute and blocks.hides_notifications
             and blocks.source_id = ${viewerId} and blocks.target_id = ${from}
             and blocks.state not in ('undone', 'undone_sent')
             and (blocks.expires_at is null or blocks.expires_at > now()))
    and (notifications.post_id is null or exists (
          select 1 from posts where posts.id = notifications.post_id and ${visiblePosts(viewerId)})))`
}

/** In the order of the rows; at most nine statements. */
export async function notificationsFromRows(
  db: Querier,
  scope: EntityScope,
  rows: readonly NotificationRow[],
): Promise<Notification[]> {
  if (rows.length === 0) return []
  const actors = await loadActors(
    db,
    rows.map((row) => row.from_actor_id),
  )
  const posts = await findVisiblePosts(
    db,
    scope.viewerId,
    rows.flatMap((row) => row.post_id ?? []),
  )
  const statuses = new Map((await statusesFromRows(db, scope, posts)).map((status) => [status.id, status]))
  const reactions = await loadReactions(
    db,
    rows.flatMap((row) => row.interaction_id ?? []),
  )
  return rows.flatMap((row) => {
    const account = loadedAccount(scope, actors, row.from_actor_id)
    const status = row.post_id === null ? null : statuses.get(row.post_id)
    if (account === undefined || status === undefined) return []
    return {
      id: row.id,
      type: typeFor(scope, row.kind as NotificationType),
      group_key: `ungrouped-${row.id}`,
      created_at: row.created_at.toISOString(),
      account,
      ...(status === null ? {} : { status }),
      ...reactionMembers(scope, reactions.get(row.interaction_id ?? '')),
    }
  })
}

function typeFor(scope: EntityScope, kind: NotificationType): NotificationType {
  return kind === 'emoji_reaction' && !scope.knowsReactions ? 'favourite' : kind
}

function reactionMembers(
  scope: EntityScope,
  group: ReactionGroup | undefined,
): Pick<Notification, 'emoji_reaction' | 'emoji' | 'emoji_url'> {
  if (group === undefined) return {}
  const reaction = emojiReaction(scope, group)
  const { name, url, domain } = reaction
  const emoji = domain === undefined ? name : `:${name}:`
  return { emoji_reaction: reaction, emoji, ...(url === undefined ? {} : { emoji_url: url }) }
}
