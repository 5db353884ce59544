/** Own posts by their ids on the web, as far as a reader may see them, and the public part of their threads. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { visiblePosts } from './can-see.ts'

/** @param viewerId  an actor elsewhere; null for a stranger */
export async function findOwnPost(
  db: Querier,
  uri: string,
  viewerId: string | null,
): Promise<Row<'posts'> | undefined> {
  return db
    .selectFrom('posts')
    .selectAll()
    .where('uri', '=', uri)
    .where('is_local', '=', true)
    .where(visiblePosts(viewerId))
    .executeTakeFirst()
}

interface PostUri {
  readonly id: string
  readonly uri: string
}

/** Public replies to a post, by whomever, oldest first. @param after  row id that the page comes after */
export async function listReplyUris(
  db: Querier,
  postId: string,
  after: string,
  limit: number,
): Promise<PostUri[]> {
  return db
    .selectFrom('posts')
    .select(['id', 'uri'])
    .where('in_reply_to_id', '=', postId)
    .where('id', '>', after)
    .where(visiblePosts(null))
    .orderBy('id')
    .limit(limit)
    .execute()
}

const THREAD_LIMIT = 200

/** The public posts of a thread, oldest first. */
export async function listThreadUris(db: Querier, conversationId: string): Promise<string[]> {
  const { rows } = await sql<{ uri: string }>`
    select posts.uri from posts
     where posts.conversation_id = ${conversationId} and posts.boost_of_id is null and ${visiblePosts(null)}
     order by posts.id limit ${THREAD_LIMIT}`.execute(db)
  return rows.map(({ uri }) => uri)
}
