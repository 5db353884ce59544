/** Takes posts out of everything that shows them: counts, timelines, notifications, open streams. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { publishToStreams } from '../timelines/stream-notices.ts'
import { uncountPosts } from './ingest-counts.ts'

export type RemovedPost = Pick<Row<'posts'>, 'id' | 'uri' | 'is_local' | 'kind' | 'visibility'>

/**
 * Marks posts and all boosts of them as deleted. What is deleted already is left alone.
 * @returns what was removed now, boosts among it
 */
export async function removePosts(
  tx: Transaction,
  postIds: readonly string[],
  now: Date,
): Promise<RemovedPost[]> {
  if (postIds.length === 0) return []
  const { rows: removed } = await sql<RemovedPost>`
    update posts set deleted_at = ${now}
     where (id = any(${postIds}::bigint[]) or boost_of_id = any(${postIds}::bigint[])) and deleted_at is null
    returning id, uri, is_local, kind, visibility`.execute(tx)
  if (removed.length === 0) return []
  const ids = removed.map(({ id }) => id)
  await uncountPosts(tx, ids)
  await sql`delete from notifications where post_id = any(${ids}::bigint[])`.execute(tx)
  const { rows: entries } = await sql<{ actor_id: string; post_id: string }>`
    delete from timeline_entries where post_id = any(${ids}::bigint[]) returning actor_id, post_id`.execute(
    tx,
  )
  await publishToStreams(
    tx,
    entries.map((entry) => ({ actorId: entry.actor_id, event: 'delete', id: entry.post_id })),
  )
  return removed
}
