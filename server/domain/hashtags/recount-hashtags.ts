/** Counts the uses of hashtags in public posts, any number of hashtags with one statement. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

/** Today and the days before it. */
export const HISTORY_DAYS = 7

export async function recountHashtags(db: Querier, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    with used as materialized (
      select post_hashtags.hashtag_id, posts.author_id, posts.published_at
        from post_hashtags join posts on posts.id = post_hashtags.post_id
       where post_hashtags.hashtag_id = any(${ids}::bigint[])
         and posts.visibility = 'public' and posts.deleted_at is null
    ), totals as (
      select hashtag_id, count(*)::integer as uses from used group by hashtag_id
    ), days as (
      select hashtag_id, extract(epoch from date_trunc('day', published_at, 'UTC'))::integer as day,
             count(*) as uses, count(distinct author_id) as accounts
        from used
       where published_at > now() - make_interval(days => ${HISTORY_DAYS}) and published_at <= now()
       group by 1, 2
    ), histories as (
      select hashtag_id, jsonb_agg(jsonb_build_object('day', day, 'uses', uses, 'accounts', accounts)
                                   order by day desc) as history
        from days group by hashtag_id
    )
    update hashtags
       set uses_count = coalesce(totals.uses, 0), history = coalesce(histories.history, '[]')
      from unnest(${ids}::bigint[]) as given (id)
      left join totals on totals.hashtag_id = given.id
      left join histories on histories.hashtag_id = given.id
     where hashtags.id = given.id`.execute(db)
}
