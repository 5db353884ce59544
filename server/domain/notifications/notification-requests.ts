/** Whoever the policy keeps waiting, until the owner accepts or dismisses them. */
import { sql } from 'kysely'
import type { NotificationRequest } from '../../contracts/notification.ts'
import { isRowId } from '../../core/id.ts'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { loadActors, loadedAccount } from '../actors/account-entities.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { visiblePosts } from '../posts/can-see.ts'
import { findVisiblePosts } from '../posts/find-post.ts'
import { statusesFromRows } from '../posts/status-entities.ts'
import { publishToStreams } from '../timelines/stream-notices.ts'
import { isPending } from './notification-policy.ts'
import { deliverLetters } from './tell-notifications.ts'

export type RequestRow = Row<'notification_requests'> & {
  /** Notifications that wait. */
  readonly pending: number
  /** The latest post among them that the owner may see. */
  readonly last_post_id: string | null
}

/** Those with nothing that waits any more are not there. */
export async function listRequests(
  db: Querier,
  viewerId: string,
  page: PageRequest,
): Promise<PageOf<RequestRow>> {
  const cursor = sql.ref('request.id')
  const { rows } = await sql<RequestRow>`
    ${waitingFor(viewerId)} and ${withinPage(cursor, page)} ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.id)
}

export async function findRequest(
  db: Querier,
  viewerId: string,
  id: string,
): Promise<RequestRow | undefined> {
  if (!isRowId(id)) return undefined
  const { rows } = await sql<RequestRow>`${waitingFor(viewerId)} and request.id = ${id}`.execute(db)
  return rows[0]
}

const waitingFor = (viewerId: string) => sql`
  select request.*, waiting.pending, latest.post_id as last_post_id
    from notification_requests as request
   cross join lateral (
         select count(*)::int as pending from notifications
          where ${isPending(viewerId)} and notifications.from_actor_id = request.from_actor_id) as waiting
    left join lateral (
         select notifications.post_id from notifications join posts on posts.id = notifications.post_id
          where ${isPending(viewerId)} and notifications.from_actor_id = request.from_actor_id and ${visiblePosts(viewerId)}
          order by notifications.id desc limit 1) as latest on true
   where request.actor_id = ${viewerId} and waiting.pending > 0`

/** In the order of the rows, with a fixed number of statements. */
export async function requestsFromRows(
  db: Querier,
  scope: EntityScope,
  rows: readonly RequestRow[],
): Promise<NotificationRequest[]> {
  if (rows.length === 0) return []
  const actors = await loadActors(
    db,
    rows.map((row) => row.from_actor_id),
  )
  const posts = await findVisiblePosts(
    db,
    scope.viewerId,
    rows.flatMap((row) => row.last_post_id ?? []),
  )
  const statuses = new Map((await statusesFromRows(db, scope, posts)).map((status) => [status.id, status]))
  return rows.flatMap((row) => {
    const account = loadedAccount(scope, actors, row.from_actor_id)
    if (account === undefined) return []
    return {
      id: row.id,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
      // A text, as on other servers.
      notifications_count: String(row.pending),
      account,
      last_status: statuses.get(row.last_post_id ?? '') ?? null,
    }
  })
}

/**
 * What waited comes among the others, at its place in time, private posts come into conversations, and the policy applies to
 * these people no more. Ids that are none of the identity's are passed over.
 */
export async function acceptRequests(
  tx: Transaction,
  viewerId: string,
  ids: readonly string[],
): Promise<void> {
  const fromIds = await takeRequests(tx, viewerId, ids)
  if (fromIds.length === 0) return
  const { rows } = await sql<{ actor_id: string; post_id: string | null; is_letter: boolean }>`
    with permitted as (
      insert into notification_permissions (actor_id, from_actor_id)
      select ${viewerId}::bigint, id from unnest(${fromIds}::bigint[]) as id
          on conflict do nothing
    )
    update notifications set is_filtered = false
      from notifications as waiting left join posts on posts.id = waiting.post_id
     where notifications.id = waiting.id and waiting.actor_id = ${viewerId} and waiting.is_filtered
       and waiting.dismissed_at is null and waiting.from_actor_id = any(${fromIds}::bigint[])
    returning notifications.actor_id, notifications.post_id,
              coalesce(notifications.kind = 'mention' and posts.visibility = 'direct', false) as is_letter`.execute(
    tx,
  )
  const letters = await deliverLetters(tx, rows)
  await publishToStreams(tx, [...letters, { actorId: viewerId, event: 'notifications_merged', id: '1' }])
}

/** What waited is put away. More of the same people waits again. */
export async function dismissRequests(
  tx: Transaction,
  viewerId: string,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  const fromIds = await takeRequests(tx, viewerId, ids)
  if (fromIds.length === 0) return
  await sql`
    update notifications set dismissed_at = ${now}
     where actor_id = ${viewerId} and is_filtered and dismissed_at is null
       and from_actor_id = any(${fromIds}::bigint[])`.execute(tx)
}

/** @returns from whom they were */
async function takeRequests(tx: Transaction, viewerId: string, ids: readonly string[]): Promise<string[]> {
  const wanted = ids.filter(isRowId)
  if (wanted.length === 0) return []
  const rows = await tx
    .deleteFrom('notification_requests')
    .where('id', 'in', wanted)
    .where('actor_id', '=', viewerId)
    .returning('from_actor_id')
    .execute()
  return rows.map((row) => row.from_actor_id)
}
