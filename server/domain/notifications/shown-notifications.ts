/** Which notifications an identity reads: one predicate for pages, groups, counts and streams. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { NotificationType } from '../../contracts/notification.ts'
import type { Row } from '../../db/tables.ts'
import { blockedBetween, visiblePosts } from '../posts/can-see.ts'

export type NotificationRow = Row<'notifications'>

export interface NotificationFilter {
  readonly types: readonly NotificationType[]
  readonly excludedTypes: readonly NotificationType[]
  /** Only of this actor. */
  readonly fromActorId: string | null
  /** Also those that wait for the owner's word. */
  readonly withFiltered: boolean
}

export const EVERY_NOTIFICATION: NotificationFilter = {
  types: [],
  excludedTypes: [],
  fromActorId: null,
  withFiltered: false,
}

/** What the viewer may not see any more is not told of either. @param alias  the name by which the query calls the table */
export function shownTo(
  viewerId: string,
  filter: NotificationFilter,
  alias = 'notifications',
): RawBuilder<SqlBool> {
  const postId = sql.ref(`${alias}.post_id`)
  return sql<SqlBool>`(${asked(viewerId, filter, alias)} and ${fromShownActors(viewerId, alias)}
    and (${postId} is null or ((
          select true from posts where posts.id = ${postId} and ${visiblePosts(viewerId)} limit 1) is true)))`
}

function asked(viewerId: string, filter: NotificationFilter, alias: string): RawBuilder<SqlBool> {
  const { fromActorId } = filter
  const ofActor =
    fromActorId === null ? sql`` : sql` and ${sql.ref(`${alias}.from_actor_id`)} = ${fromActorId}`
  const open = filter.withFiltered ? sql`` : sql` and not ${sql.ref(`${alias}.is_filtered`)}`
  return sql<SqlBool>`(${sql.ref(`${alias}.actor_id`)} = ${viewerId}
    and ${sql.ref(`${alias}.dismissed_at`)} is null${ofKinds(filter, alias)}${ofActor}${open})`
}

/** Nearly all kinds are the usual wish, and no reason to read another index than that of the order. */
function ofKinds({ types, excludedTypes }: NotificationFilter, alias: string): RawBuilder<unknown> {
  const kind = sql.ref(`${alias}.kind`)
  if (types.length > 0) {
    return sql` and ${kind} = any(${types.filter((type) => !excludedTypes.includes(type))}::text[])`
  }
  return excludedTypes.length === 0 ? sql`` : sql` and ${kind} <> all(${excludedTypes}::text[])`
}

/** Whom no block keeps apart from the viewer, and whose notifications are not muted. */
export function fromShownActors(viewerId: string, alias: string): RawBuilder<SqlBool> {
  const from = sql.ref(`${alias}.from_actor_id`)
  return sql<SqlBool>`(not ${blockedBetween(viewerId, from)} and ((
    select true from blocks
     where blocks.is_mute and blocks.hides_notifications
       and blocks.source_id = ${viewerId} and blocks.target_id = ${from}
       and blocks.state not in ('undone', 'undone_sent')
       and (blocks.expires_at is null or blocks.expires_at > now()) limit 1) is not true))`
}
