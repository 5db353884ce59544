/** Counts replies, boosts and favourites of posts anew, a bounded piece at a time, while everything goes on. */
import { sql } from 'kysely'
import type { Database } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'

/** Rows that are locked together. */
export const RECOUNT_SLICE = 500

export interface SliceCount {
  /** Where the next slice begins; null after the last. */
  readonly last: string | null
  readonly looked: number
  /** Rows whose numbers were wrong. */
  readonly mended: number
}

/**
 * The rows are locked first and counted by a second statement, whose snapshot therefore has everything that has moved their
 * numbers: what is still to be counted waits, and is added afterwards.
 */
export async function recountPostSlice(db: Database, after: string): Promise<SliceCount> {
  return inTransaction(db, async (tx) => {
    const { rows } = await sql<{ id: string }>`
      select id from posts where id > ${after}::bigint order by id limit ${RECOUNT_SLICE} for no key update`.execute(
      tx,
    )
    const ids = rows.map(({ id }) => id)
    const { numAffectedRows = 0n } = await sql`
      with counted as (
        select given.id,
               (select count(*) from posts as reply
                 where reply.in_reply_to_id = given.id and reply.deleted_at is null
                   and reply.visibility in ('public', 'unlisted'))::integer as replies,
               (select count(*) from posts as boost
                 where boost.boost_of_id = given.id and boost.deleted_at is null
                   and boost.visibility in ('public', 'unlisted'))::integer as boosts,
               (select count(*) from interactions
                 where interactions.post_id = given.id and interactions.kind = 'like'
                   and interactions.state not in ('undone', 'undone_fanned_out'))::integer as likes
          from unnest(${ids}::bigint[]) as given (id)
      )
      update posts
         set replies_count = counted.replies, boosts_count = counted.boosts, likes_count = counted.likes
        from counted
       where posts.id = counted.id
         and (posts.replies_count, posts.boosts_count, posts.likes_count)
             is distinct from (counted.replies, counted.boosts, counted.likes)`.execute(tx)
    return sliceCount(ids, numAffectedRows)
  })
}

export const sliceCount = (ids: readonly string[], mended: bigint): SliceCount => ({
  last: ids.length < RECOUNT_SLICE ? null : (ids.at(-1) ?? null),
  looked: ids.length,
  mended: Number(mended),
})
