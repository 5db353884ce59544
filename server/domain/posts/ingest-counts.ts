/**
 * The counters that posts, boosts and likes move, set-wise. What identities of this home do moves the total of the origin
 * too, which will count it when it is read next. Rows are locked in the order of their ids, so that
 * two batches that count for the same posts wait for each other instead of standing still. What is not public counts for
 * its author only, and what is direct for nobody.
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'

/**
 * New posts, boosts among them, count for their author, their parent and what they boost.
 * @param touchesPosts  false where none of them replies to or boosts anything that is here: saves a statement
 */
export async function countNewPosts(
  tx: Transaction,
  ids: readonly string[],
  touchesPosts = true,
): Promise<void> {
  await count(tx, ids, 1, touchesPosts)
}

/** The same, taken back; before the rows go. */
export async function uncountPosts(tx: Transaction, ids: readonly string[]): Promise<void> {
  await count(tx, ids, -1, true)
}

async function count(
  tx: Transaction,
  ids: readonly string[],
  sign: 1 | -1,
  touchesPosts: boolean,
): Promise<void> {
  if (ids.length === 0) return
  if (touchesPosts) await countOnPosts(tx, ids, sign)
  await countOnAuthors(tx, ids, sign)
}

async function countOnPosts(tx: Transaction, ids: readonly string[], sign: 1 | -1): Promise<void> {
  await sql`
    with counted as (
      select is_local, in_reply_to_id, boost_of_id from posts
       where id = any(${ids}::bigint[]) and visibility in ('public', 'unlisted')
    ), touched as (
      select id, sum(replies)::integer as replies, sum(boosts)::integer as boosts,
             coalesce(sum(replies) filter (where is_local), 0)::integer as own_replies,
             coalesce(sum(boosts) filter (where is_local), 0)::integer as own_boosts
        from (select in_reply_to_id as id, 1 as replies, 0 as boosts, is_local from counted
               where in_reply_to_id is not null
              union all
              select boost_of_id, 0, 1, is_local from counted where boost_of_id is not null) as each
       group by id
    ), locked as (
      select id from posts where id in (select id from touched) order by id for no key update
    )
    update posts
       set replies_count = greatest(0, replies_count + touched.replies * ${sign}::integer),
           boosts_count = greatest(0, boosts_count + touched.boosts * ${sign}::integer),
           origin_replies = origin_replies + touched.own_replies * ${sign}::integer,
           origin_boosts = origin_boosts + touched.own_boosts * ${sign}::integer
      from touched join locked using (id) where posts.id = touched.id`.execute(tx)
}

async function countOnAuthors(tx: Transaction, ids: readonly string[], sign: 1 | -1): Promise<void> {
  await sql`
    with counted as (
      select author_id as id, count(*)::integer as posts, max(published_at) as last_post_at from posts
       where id = any(${ids}::bigint[]) and visibility <> 'direct'
       group by author_id
    ), locked as (
      select id from actors where id in (select id from counted) order by id for no key update
    )
    update actors
       set posts_count = greatest(0, posts_count + counted.posts * ${sign}::integer),
           last_post_at = case when ${sign}::integer > 0 then greatest(actors.last_post_at, counted.last_post_at)
                               else actors.last_post_at end
      from counted join locked using (id) where actors.id = counted.id`.execute(tx)
}

/** Replies that were counted for their author before and have now found their parent. */
export async function countLinkedReplies(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    with counted as (
      select in_reply_to_id as id, count(*)::integer as replies from posts
       where id = any(${ids}::bigint[]) and visibility in ('public', 'unlisted')
       group by in_reply_to_id
    ), locked as (
      select id from posts where id in (select id from counted) order by id for no key update
    )
    update posts set replies_count = replies_count + counted.replies
      from counted join locked using (id) where posts.id = counted.id`.execute(tx)
}

/** @param sign  1 for new likes, -1 for likes taken back; a post may come several times */
export async function countLikes(tx: Transaction, postIds: readonly string[], sign: 1 | -1): Promise<void> {
  if (postIds.length === 0) return
  await sql`
    with counted as (
      select id, count(*)::integer as likes from unnest(${postIds}::bigint[]) as given (id) group by id
    ), locked as (
      select id from posts where id in (select id from counted) order by id for no key update
    )
    update posts
       set likes_count = greatest(0, likes_count + counted.likes * ${sign}::integer),
           origin_likes = origin_likes + counted.likes * ${sign}::integer
      from counted join locked using (id) where posts.id = counted.id`.execute(tx)
}
