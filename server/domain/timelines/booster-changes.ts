/** Whose windows are told that other people than before have boosted what they show. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { StreamChange } from './stream-notices.ts'

/**
 * Of boosts that came or are about to go: the posts that they carry, for each identity that wants the boosts of whoever made
 * them. One statement. What is no boost concerns nobody.
 */
export async function boosterChanges(db: Querier, boostIds: readonly string[]): Promise<StreamChange[]> {
  if (boostIds.length === 0) return []
  const { rows } = await sql<{ actorId: string; id: string }>`
    select distinct follow.source_id as "actorId", boost.boost_of_id as id
      from posts as boost
      join follows as follow on follow.target_id = boost.author_id
      join actors as me on me.id = follow.source_id
     where boost.id = any(${boostIds}::bigint[]) and boost.boost_of_id is not null
       and follow.state = 'accepted' and follow.shows_boosts and me.is_local`.execute(db)
  return rows.map(({ actorId, id }) => ({ actorId, event: 'boosters', id }))
}
