/** What follows from a quote that is judged anew: open streams show it, and peers are told of one of ours. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { moveRows } from '../../stator/move.ts'
import { postGraph } from '../posts/post-graph.ts'
import { type StreamChange, inOpenStreams, publishToStreams } from '../timelines/stream-notices.ts'

/** @param postIds  the quoting posts */
export async function tellQuoteChanges(tx: Transaction, postIds: readonly string[]): Promise<void> {
  if (postIds.length === 0) return
  const { rows } = await sql<{ id: string; readers: string[] | null }>`
    select posts.id,
           (select array_agg(actor_id) from timeline_entries where timeline_entries.post_id = posts.id) as readers
      from posts where posts.id = any(${postIds}::bigint[])`.execute(tx)
  await publishToStreams(
    tx,
    rows
      .flatMap(({ id, readers }) =>
        (readers ?? []).map((actorId): StreamChange => ({ actorId, event: 'status.update', id })),
      )
      .concat(inOpenStreams('status.update', postIds)),
  )
}

/** Has Updates of own posts sent whose text did not change. Each has a moment of its own: the id of its Update is made of it. */
export async function amendPosts(tx: Transaction, postIds: readonly string[]): Promise<void> {
  if (postIds.length === 0) return
  const { rows } = await sql<{ id: string }>`
    update posts
       set amended_at = greatest(clock_timestamp(), amended_at + interval '1 millisecond', edited_at + interval '1 millisecond')
     where id = any(${postIds}::bigint[]) and is_local and deleted_at is null
    returning id`.execute(tx)
  const ids = rows.map(({ id }) => id)
  await moveRows(tx, postGraph, ids, 'edited', { priority: 0 })
}
