/** Private posts come into the conversations of those they are for, any number of them in one statement. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { StreamChange } from '../timelines/stream-notices.ts'

/** A private post, as one identity reads it: its author, or somebody who is told of it. */
export interface Letter {
  readonly actorId: string
  readonly postId: string
}

/**
 * A conversation is of one thread and of the same people; a post to other people in the thread begins another one. What others
 * write is unread, what one writes oneself has read all. Posts that are not private are passed over.
 * @returns what open streams are to be told
 */
export async function addToConversations(
  tx: Transaction,
  letters: readonly Letter[],
): Promise<StreamChange[]> {
  if (letters.length === 0) return []
  const { rows } = await sql<StreamChange>`
    with letter as (
      select given."actorId" as actor_id, post.id as post_id, post.conversation_id as thread_id,
             post.author_id = given."actorId" as is_own, people.ids as participant_ids,
             ${digestOf('people.ids')} as participants_key
        from jsonb_to_recordset(${JSON.stringify(letters)}::jsonb) as given ("actorId" bigint, "postId" bigint)
        join posts as post on post.id = given."postId" and post.visibility = 'direct' and post.boost_of_id is null
         and post.deleted_at is null
       cross join lateral (
             select coalesce(array_agg(id order by id), '{}') as ids
               from (select post.author_id as id union select actor_id from mentions where post_id = post.id) as named
              where id <> given."actorId") as people
    ), latest as (
      select distinct on (actor_id, thread_id, participants_key) *
        from letter order by actor_id, thread_id, participants_key, post_id desc
    ), kept as (
      insert into conversations (actor_id, thread_id, participant_ids, participants_key, last_post_id, is_unread)
      select actor_id, thread_id, participant_ids, participants_key, post_id, not is_own from latest
          on conflict (actor_id, thread_id, participants_key) do update
         set last_post_id = greatest(conversations.last_post_id, excluded.last_post_id),
             is_unread = excluded.is_unread
                         or (conversations.is_unread and excluded.last_post_id < conversations.last_post_id)
      returning id, actor_id, thread_id, participants_key
    ), held as (
      insert into conversation_posts (conversation_id, post_id)
      select kept.id, letter.post_id from letter join kept using (actor_id, thread_id, participants_key)
          on conflict do nothing
    )
    select actor_id as "actorId", 'conversation' as event, id from kept order by id`.execute(tx)
  return rows
}

const digestOf = (ids: string) =>
  sql`encode(sha256(convert_to(array_to_string(${sql.ref(ids)}, ','), 'UTF8')), 'hex')`
