/** Takes posts of others away, and boosts that somebody took back. */
import { sql } from 'kysely'
import { EVERYBODY } from '../../contracts/stream-event.ts'
import type { Transaction } from '../../db/pool.ts'
import { markHashtagsOf } from '../hashtags/mark-hashtags.ts'
import { endQuotesOf } from '../quotes/settle-quotes.ts'
import { boosterChanges } from '../timelines/booster-changes.ts'
import { type StreamChange, publishToStreams } from '../timelines/stream-notices.ts'
import { uncountPosts } from './ingest-counts.ts'

type StreamReader = Pick<StreamChange, 'actorId' | 'id'>

/** Out of everything: counts, timelines, open streams; boosts of them go too. What replies to them stays. */
export async function removePosts(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  // Of letters nobody but their readers is told, not even that there were any.
  const { rows } = await sql<StreamReader>`
    with boosts as (select id from posts where boost_of_id = any(${ids}::bigint[]) and boost_of_id is not null),
         gone as (select unnest(${ids}::bigint[]) as id union select id from boosts)
    select actor_id::text as "actorId", post_id as id from timeline_entries where post_id in (select id from gone)
    union all
    select ${EVERYBODY}, id from posts where id in (select id from gone) and visibility <> 'direct'`.execute(
    tx,
  )
  const boosters = await boosterChanges(tx, ids)
  await uncountPosts(tx, ids)
  await markHashtagsOf(tx, ids)
  await endQuotesOf(tx, ids)
  await sql`delete from posts where id = any(${ids}::bigint[])`.execute(tx)
  await publishToStreams(
    tx,
    rows.map(({ actorId, id }): StreamChange => ({ actorId, event: 'delete', id })).concat(boosters),
  )
}
