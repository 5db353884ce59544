/** Takes own posts out of everything that shows or counts them, set-wise; the rows stay until everybody is told. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { markHashtagsOf } from '../hashtags/mark-hashtags.ts'
import { endQuotesOf } from '../quotes/settle-quotes.ts'
import { boosterChanges } from '../timelines/booster-changes.ts'
import { type StreamChange, inOpenStreams, publishToStreams } from '../timelines/stream-notices.ts'
import { uncountPosts } from './ingest-counts.ts'
import { removePosts } from './remove-posts.ts'

export type TakenDownPost = Pick<Row<'posts'>, 'id' | 'uri' | 'kind' | 'visibility'>

/**
 * Marks own posts deleted, and own boosts of them; boosts by others go, and who made them is noted. Timelines, notifications, bookmarks and pins forget
 * them and open streams are told. Posts that are deleted already are passed over.
 * @returns what was taken down now, own boosts included
 */
export async function takeDownPosts(
  tx: Transaction,
  postIds: readonly string[],
  now: Date,
): Promise<TakenDownPost[]> {
  const { rows: taken } = await sql<TakenDownPost>`
    update posts
       set deleted_at = ${now},
           boosted_by = (select array_agg(distinct boosts.author_id) from posts as boosts
                          where boosts.boost_of_id = posts.id and not boosts.is_local)
     where (id = any(${postIds}::bigint[]) or boost_of_id = any(${postIds}::bigint[]))
       and is_local and deleted_at is null
    returning id, uri, kind, visibility`.execute(tx)
  if (taken.length === 0) return []
  const ids = taken.map((post) => post.id)
  const { rows: boosts } = await sql<{ id: string }>`
    select id from posts where boost_of_id = any(${ids}::bigint[]) and not is_local`.execute(tx)
  await removePosts(
    tx,
    boosts.map((boost) => boost.id),
  )
  const { rows: shown } = await sql<{ actorId: string; id: string }>`
    with forgotten as (delete from notifications where post_id = any(${ids}::bigint[])),
         unmarked as (delete from bookmarks where post_id = any(${ids}::bigint[])),
         uncarded as (delete from post_cards where post_id = any(${ids}::bigint[])),
         unconversed as (delete from conversation_posts where post_id = any(${ids}::bigint[])),
         unpinned as (delete from pins where post_id = any(${ids}::bigint[]))
    delete from timeline_entries where post_id = any(${ids}::bigint[])
    returning actor_id as "actorId", post_id as id`.execute(tx)
  await publishToStreams(
    tx,
    shown
      .map(({ actorId, id }): StreamChange => ({ actorId, event: 'delete', id }))
      .concat(
        await boosterChanges(tx, ids),
        inOpenStreams(
          'delete',
          taken.filter((post) => post.visibility !== 'direct').map((post) => post.id),
        ),
      ),
  )
  await uncountPosts(tx, ids)
  await markHashtagsOf(tx, ids)
  await endQuotesOf(tx, ids)
  return taken
}
