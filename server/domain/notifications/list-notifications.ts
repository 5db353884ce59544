/** Notifications one by one: pages, some by id, how many are unread. */
import { sql } from 'kysely'
import { isRowId } from '../../core/id.ts'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import { statement } from '../../db/statement.ts'
import {
  EVERY_NOTIFICATION,
  type NotificationFilter,
  type NotificationRow,
  shownTo,
} from './shown-notifications.ts'

export async function listNotifications(
  db: Querier,
  viewerId: string,
  filter: NotificationFilter,
  page: PageRequest,
): Promise<PageOf<NotificationRow>> {
  return toPage(await readPage(db, { viewerId, ...page }, filter), page, (row) => row.id)
}

const readPage = statement(
  ({ viewerId, ...page }: PageRequest & { readonly viewerId: string }, filter: NotificationFilter) => {
    const cursor = sql.ref('notifications.id')
    return sql<NotificationRow>`
    select notifications.* from notifications
     where ${shownTo(viewerId, filter)} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`
  },
)

export async function findNotifications(
  db: Querier,
  viewerId: string,
  ids: readonly string[],
  filter: NotificationFilter = EVERY_NOTIFICATION,
): Promise<NotificationRow[]> {
  const wanted = ids.filter(isRowId)
  if (wanted.length === 0) return []
  const { rows } = await sql<NotificationRow>`
    select notifications.* from notifications
     where notifications.id = any(${wanted}::bigint[]) and ${shownTo(viewerId, filter)}
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
       where ${shownTo(viewerId, filter)} and notifications.id > ${READ_UP_TO(viewerId)}
       limit ${limit}) as unread`.execute(db)
  return rows[0]?.count ?? 0
}

export const READ_UP_TO = (viewerId: string) => sql`
  coalesce((select last_read_id from markers where actor_id = ${viewerId} and timeline = 'notifications'), 0)`
