/** What posts ask. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

/** Titles of the options, in their order, by the id of the post; nothing for posts without a poll. */
export async function listPollTitles(
  db: Querier,
  postIds: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const { rows } = await sql<{ poll_id: string; titles: string[] }>`
    select poll_id, array_agg(title order by position) as titles from poll_options
     where poll_id = any(${postIds}::bigint[]) group by poll_id`.execute(db)
  return new Map(rows.map((row) => [row.poll_id, row.titles]))
}
