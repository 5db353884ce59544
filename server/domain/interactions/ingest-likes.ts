/** Stores likes by others, any number with one statement, and counts them. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { visiblePosts } from '../posts/can-see.ts'
import { countLikes } from '../posts/ingest-counts.ts'
import { isDeletedByAuthor } from '../posts/tombstones.ts'

export interface LikeRecord {
  readonly uri: string
  readonly actorId: string
  readonly postId: string
}

interface IngestedLike {
  readonly uri: string
  readonly post_id: string
}

/** Left alone are likes that are known, were undone, repeat another, or are of what their actor cannot see. */
export async function ingestLikes(tx: Transaction, records: readonly LikeRecord[]): Promise<IngestedLike[]> {
  if (records.length === 0) return []
  const { rows } = await sql<IngestedLike>`
    insert into interactions (uri, kind, actor_id, post_id, state, state_next_attempt_at)
    select given.uri, 'like', "actorId", posts.id, 'fanned_out', null
      from rows from (jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
             as (uri text, "actorId" bigint, "postId" bigint)) with ordinality as given
      join posts on posts.id = "postId"
     where ${visiblePosts(sql.ref('given.actorId'))}
       and not ${isDeletedByAuthor(sql.ref('given.uri'), sql.ref('given.actorId'))}
     order by ordinality
        on conflict do nothing
    returning uri, post_id`.execute(tx)
  await countLikes(
    tx,
    rows.map((row) => row.post_id),
    1,
  )
  return rows
}
