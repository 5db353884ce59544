/** What an identity reads in an exclusive list only, and not in its home timeline. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { hasFollowedHashtag } from './followed-hashtags.ts'

/**
 * True for posts by members of an exclusive list. What the identity writes itself is always at home, and so is what has
 * a hashtag that it follows.
 * @param me     the identity's id, or the column that holds it
 * @param alias  the name by which the query calls the table `posts`
 */
export function isAside(me: RawBuilder<unknown>, alias: string): RawBuilder<SqlBool> {
  const authorId = sql.ref(`${alias}.author_id`)
  return sql<SqlBool>`(${authorId} <> ${me} and exists (
    select 1 from list_members join lists on lists.id = list_members.list_id
     where list_members.member_id = ${authorId} and lists.actor_id = ${me} and lists.is_exclusive)
    and not ${hasFollowedHashtag(me, alias)})`
}

/**
 * After a change of what is read at home: entries of the timeline are put aside, or come back.
 * @param which  of `posts`, those that the change may concern
 */
export async function refreshAside(
  tx: Transaction,
  actorId: string,
  which: RawBuilder<SqlBool>,
): Promise<void> {
  await sql`
    update timeline_entries as entry set is_aside = now_aside
      from (select posts.id, ${isAside(sql`${actorId}::bigint`, 'posts')} as now_aside
              from posts where ${which}) as changed
     where entry.actor_id = ${actorId} and entry.post_id = changed.id and entry.is_aside <> now_aside`.execute(
    tx,
  )
}

/** Of posts: what these actors wrote or boosted. */
export const writtenBy = (actorIds: readonly string[]): RawBuilder<SqlBool> =>
  sql<SqlBool>`posts.author_id = any(${[...actorIds]}::bigint[])`

/** Of posts: those with a hashtag. */
export const taggedWith = (hashtagId: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`posts.id in (select post_id from post_hashtags where hashtag_id = ${hashtagId})`
