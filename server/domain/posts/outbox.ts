/** What an identity has said in public, as its collections tell it. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { visiblePosts } from './can-see.ts'

/** Posts and boosts that anybody may see; what is for followers is not told by number either (rule 67). */
export async function countOutbox(db: Querier, actorId: string): Promise<number> {
  const { rows } = await sql<{ posts: number }>`
    select count(*)::integer as posts from posts
     where author_id = ${actorId} and deleted_at is null and visibility in ('public', 'unlisted')`.execute(db)
  return rows[0]?.posts ?? 0
}

/** Newest first. @param before  id of the post that the page comes after; null for the first page */
export async function listOutbox(
  db: Querier,
  actorId: string,
  before: string | null,
  limit: number,
): Promise<Row<'posts'>[]> {
  const query = db
    .selectFrom('posts')
    .selectAll()
    .where('author_id', '=', actorId)
    .where(visiblePosts(null))
    .orderBy('id', 'desc')
    .limit(limit)
  return (before === null ? query : query.where('id', '<', before)).execute()
}

const MOST_PINNED = 20

/** The last pinned first. */
export async function listPinned(db: Querier, actorId: string): Promise<Row<'posts'>[]> {
  return db
    .selectFrom('pins')
    .innerJoin('posts', 'posts.id', 'pins.post_id')
    .selectAll('posts')
    .where('pins.actor_id', '=', actorId)
    .where('posts.author_id', '=', actorId)
    .where(visiblePosts(null))
    .orderBy('pins.id', 'desc')
    .limit(MOST_PINNED)
    .execute()
}
