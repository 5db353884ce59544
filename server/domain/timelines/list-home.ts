/** The home timeline of one identity. */
import { sql } from 'kysely'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import { statement } from '../../db/statement.ts'
import { unmutedPosts, visiblePosts } from '../posts/can-see.ts'
import { type PostRow, SHOWN_POSTS } from '../posts/status-facts.ts'

/** One statement; cursors are ids of posts. */
export async function listHomeTimeline(
  db: Querier,
  viewerId: string,
  page: PageRequest,
): Promise<PageOf<PostRow>> {
  return toPage(await readPage(db, { viewerId, ...page }), page, (row) => row.id)
}

const readPage = statement(({ viewerId, ...page }: PageRequest & { readonly viewerId: string }) => {
  const cursor = sql.ref('timeline_entries.post_id')
  return sql<PostRow>`
    select ${SHOWN_POSTS} from timeline_entries join posts on posts.id = timeline_entries.post_id
     where timeline_entries.actor_id = ${viewerId} and not timeline_entries.is_aside and ${withinPage(cursor, page)}
       and ${visiblePosts(viewerId)} and ${unmutedPosts(viewerId)}
     ${pageOrder(cursor, page)}`
})
