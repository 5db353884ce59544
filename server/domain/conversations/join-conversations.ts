/** Conversations go with their threads, where a thread turns out to be a part of another. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'

interface Joining {
  readonly id: string
  /** The conversation that stays, which may be the same one. */
  readonly into: string
  readonly thread_id: string
}

/**
 * Those of the same people become one. Nearly always there is nothing to do.
 * @param pairs  the thread that ends, and the one that it is a part of
 */
export async function joinConversations(
  tx: Transaction,
  pairs: ReadonlyArray<readonly [from: string, to: string]>,
): Promise<void> {
  const { rows } = await sql<Joining>`
    with pair as materialized (
      select * from unnest(${pairs.map(([from]) => from)}::bigint[], ${pairs.map(([, to]) => to)}::bigint[])
        as pair (source, target)
    )
    select id, target as thread_id,
           first_value(id) over (partition by actor_id, target, participants_key order by thread_id = target desc, id) as into
      from (select conversations.*, pair.target from pair join conversations on thread_id = pair.source
             union
            select conversations.*, pair.target from pair join conversations on thread_id = pair.target) as known`.execute(
    tx,
  )
  if (rows.length === 0) return
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (id bigint, "into" bigint, thread_id bigint)`
  await sql`
    with moved as (
      insert into conversation_posts (conversation_id, post_id)
      select given."into", post_id from ${given} join conversation_posts on conversation_id = given.id
       where given."into" <> given.id
          on conflict do nothing
    ), ended as (
      delete from conversations using ${given} where conversations.id = given.id and given."into" <> given.id
      returning given."into", last_post_id, is_unread
    ), summed as (
      select "into", max(last_post_id) as last_post_id, bool_or(is_unread) as is_unread from ended group by "into"
    )
    update conversations
       set thread_id = given.thread_id, last_post_id = greatest(conversations.last_post_id, summed.last_post_id),
           is_unread = conversations.is_unread or coalesce(summed.is_unread, false)
      from ${given} left join summed on summed."into" = given.id
     where conversations.id = given.id and given."into" = given.id`.execute(tx)
}
