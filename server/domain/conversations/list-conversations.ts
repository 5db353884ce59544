/** Conversations as they are read and put away. */
import { sql } from 'kysely'
import type { Conversation } from '../../contracts/conversation.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { loadActors, loadedAccount } from '../actors/account-entities.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { visiblePosts } from '../posts/can-see.ts'
import { findVisiblePosts } from '../posts/find-post.ts'
import { statusesFromRows } from '../posts/status-entities.ts'

export type ConversationRow = Row<'conversations'> & {
  /** The latest post that the reader may see. */
  readonly shown_post_id: string
}

/** Those with the latest post first; cursors are ids of posts. One of which the reader may see nothing any more is not there. */
export async function listConversations(
  db: Querier,
  viewerId: string,
  page: PageRequest,
): Promise<PageOf<ConversationRow>> {
  const cursor = sql.ref('conversations.last_post_id')
  const { rows } = await sql<ConversationRow>`
    ${shownTo(viewerId)} and ${cursor} is not null and ${withinPage(cursor, page)}
    ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.last_post_id ?? '')
}

export async function findConversations(
  db: Querier,
  viewerId: string,
  ids: readonly string[],
): Promise<ConversationRow[]> {
  const wanted = ids.filter(isRowId)
  if (wanted.length === 0) return []
  const { rows } = await sql<ConversationRow>`
    ${shownTo(viewerId)} and conversations.id = any(${wanted}::bigint[]) order by conversations.id`.execute(
    db,
  )
  return rows
}

const shownTo = (viewerId: string) => sql`
  select conversations.*, latest.id as shown_post_id
    from conversations
   cross join lateral (
         select posts.id from conversation_posts join posts on posts.id = conversation_posts.post_id
          where conversation_posts.conversation_id = conversations.id and ${visiblePosts(viewerId)}
          order by conversation_posts.post_id desc limit 1) as latest
   where conversations.actor_id = ${viewerId}`

/** In the order of the rows, with a fixed number of statements. Who is gone for good is left out. */
export async function conversationsFromRows(
  db: Querier,
  scope: EntityScope,
  rows: readonly ConversationRow[],
): Promise<Conversation[]> {
  if (rows.length === 0) return []
  const actors = await loadActors(
    db,
    rows.flatMap((row) => [row.actor_id, ...row.participant_ids]),
  )
  const posts = await findVisiblePosts(
    db,
    scope.viewerId,
    rows.map((row) => row.shown_post_id),
  )
  const statuses = new Map((await statusesFromRows(db, scope, posts)).map((status) => [status.id, status]))
  return rows.map((row) => {
    const others = row.participant_ids.flatMap((id) => loadedAccount(scope, actors, id) ?? [])
    const self = loadedAccount(scope, actors, row.actor_id)
    return {
      id: row.id,
      unread: row.is_unread,
      accounts: others.length > 0 || self === undefined ? others : [self],
      last_status: statuses.get(row.shown_post_id) ?? null,
    }
  })
}

/** @throws HomebirdError NOT_FOUND, for one of another identity too */
export async function markConversation(
  db: Querier,
  viewerId: string,
  id: string,
  isUnread: boolean,
): Promise<ConversationRow> {
  const [row] = await findConversations(db, viewerId, [id])
  if (row === undefined) throw absent(id)
  await db.updateTable('conversations').set({ is_unread: isUnread }).where('id', '=', row.id).execute()
  return { ...row, is_unread: isUnread }
}

/**
 * Puts it away; its posts stay where they are, and a new one begins it anew.
 * @throws HomebirdError NOT_FOUND
 */
export async function removeConversation(db: Querier, viewerId: string, id: string): Promise<void> {
  const { numDeletedRows } = isRowId(id)
    ? await db
        .deleteFrom('conversations')
        .where('id', '=', id)
        .where('actor_id', '=', viewerId)
        .executeTakeFirst()
    : { numDeletedRows: 0n }
  if (numDeletedRows === 0n) throw absent(id)
}

const absent = (id: string): HomebirdError =>
  new HomebirdError('NOT_FOUND', `no conversation ${id.slice(0, 20)}`)
