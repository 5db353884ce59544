/** Takes posts of others away, and boosts that somebody took back. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { markHashtagsOf } from '../hashtags/mark-hashtags.ts'
import { endQuotesOf } from '../quotes/settle-quotes.ts'
import { publishToStreams } from '../timelines/stream-notices.ts'
import { uncountPosts } from './ingest-counts.ts'

/** Out of everything: counts, timelines, open streams; boosts of them go too. What replies to them stays. */
export async function removePosts(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await sql<{ actor_id: string; post_id: string }>`
    select actor_id, post_id from timeline_entries
     where post_id = any(${ids}::bigint[])
        or post_id in (select id from posts where boost_of_id = any(${ids}::bigint[]) and boost_of_id is not null)`.execute(
    tx,
  )
  await uncountPosts(tx, ids)
  await markHashtagsOf(tx, ids)
  await endQuotesOf(tx, ids)
  await sql`delete from posts where id = any(${ids}::bigint[])`.execute(tx)
  await publishToStreams(
    tx,
    rows.map((row) => ({ actorId: row.actor_id, event: 'delete', id: row.post_id })),
  )
}
