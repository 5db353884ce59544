/** Counts the posts of everybody anew, and who follows and is followed by the identities of this home. */
import { sql } from 'kysely'
import type { Database } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import { RECOUNT_SLICE, type SliceCount, sliceCount } from '../posts/recount-posts.ts'

/** Locked first, counted then, as posts are. The followers of others are told by their own servers. */
export async function recountActorSlice(db: Database, after: string): Promise<SliceCount> {
  return inTransaction(db, async (tx) => {
    const { rows } = await sql<{ id: string }>`
      select id from actors where id > ${after}::bigint order by id limit ${RECOUNT_SLICE} for no key update`.execute(
      tx,
    )
    const ids = rows.map(({ id }) => id)
    const { numAffectedRows = 0n } = await sql`
      with counted as (
        select actors.id,
               (select count(*) from posts
                 where posts.author_id = actors.id and posts.visibility <> 'direct'
                   and posts.deleted_at is null)::integer as posts,
               case when actors.domain_id is null then actors.following_count
                    else (select count(*) from follows
                           where follows.source_id = actors.id and follows.state = 'accepted')::integer
                     end as following,
               case when actors.domain_id is null then actors.followers_count
                    else (select count(*) from follows
                           where follows.target_id = actors.id
                             and follows.state in ('accepting', 'accepted'))::integer
                     end as followers
          from actors where actors.id = any(${ids}::bigint[])
      )
      update actors
         set posts_count = counted.posts, following_count = counted.following,
             followers_count = counted.followers
        from counted
       where actors.id = counted.id
         and (actors.posts_count, actors.following_count, actors.followers_count)
             is distinct from (counted.posts, counted.following, counted.followers)`.execute(tx)
    return sliceCount(ids, numAffectedRows)
  })
}
