/** The counts of followers and followed of identities. Those of others are told by their own servers. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

/** Counts accepted follows in (1) or out (-1): once for each, so the caller makes sure that it is counted once. */
export async function countFollows(
  tx: Transaction,
  follows: readonly Pick<Row<'follows'>, 'source_id' | 'target_id'>[],
  sign: 1 | -1,
): Promise<void> {
  if (follows.length === 0) return
  const sources = follows.map((follow) => follow.source_id)
  const targets = follows.map((follow) => follow.target_id)
  await sql`
    with touched as (
      select id, sum(following)::integer as following, sum(followers)::integer as followers
        from (select id, 1 as following, 0 as followers from unnest(${sources}::bigint[]) as id
              union all
              select id, 0, 1 from unnest(${targets}::bigint[]) as id) as each
       group by id
    ), locked as (
      select id from actors where id in (select id from touched) and domain_id is not null
       order by id for no key update
    )
    update actors
       set following_count = greatest(0, following_count + touched.following * ${sign}::integer),
           followers_count = greatest(0, followers_count + touched.followers * ${sign}::integer)
      from touched join locked using (id) where actors.id = touched.id`.execute(tx)
}
