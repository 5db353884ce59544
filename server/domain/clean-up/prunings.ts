/** The tables that a clean-up looks through, and what of each may go. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { markHashtagsOf } from '../hashtags/mark-hashtags.ts'
import { uncountPosts } from '../posts/ingest-counts.ts'
import { isTiedActor } from './actor-ties.ts'
import { type KeepFacts, isKeptPost } from './keep-posts.ts'
import { type PrunedTable, type Pruning, some } from './prune-slice.ts'

export function pruningOf(table: PrunedTable, facts: KeepFacts): Pruning {
  return PRUNINGS[table](facts)
}

const PRUNINGS = {
  posts: (facts): Pruning => ({
    table: 'posts',
    mayGo: sql`not ${isKeptPost(facts)}`,
    before: forgetPosts,
  }),
  actors: ({ horizon, actorTies }): Pruning => ({
    table: 'actors',
    // A document that was read since belongs to somebody whom this home met since.
    mayGo: sql`not candidate.is_local and not candidate.is_instance_actor and candidate.created_at < ${horizon}
               and coalesce(candidate.fetched_at, candidate.created_at) < ${horizon}
               and not ${isTiedActor(actorTies)}`,
  }),
  hashtags: ({ horizon }): Pruning => ({
    table: 'hashtags',
    mayGo: sql`candidate.created_at < ${horizon}
               and not ${some(sql`from post_hashtags where post_hashtags.hashtag_id = candidate.id`)}
               and not ${some(sql`from followed_hashtags where followed_hashtags.hashtag_id = candidate.id`)}
               and not ${some(sql`from featured_hashtags where featured_hashtags.hashtag_id = candidate.id`)}`,
  }),
  cards: ({ horizon }): Pruning => ({
    table: 'cards',
    mayGo: sql`candidate.created_at < ${horizon}
               and not ${some(sql`from post_cards where post_cards.card_id = candidate.id`)}`,
  }),
} as const satisfies Readonly<Record<PrunedTable, (facts: KeepFacts) => Pruning>>

/**
 * Old boosts of the posts go with them. Nobody is told: no open window shows what is this old, and it is not deleted, only
 * not here any more. Pictures of others are dropped from the caches by the database.
 */
async function forgetPosts(tx: Transaction, ids: readonly string[]): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from posts where boost_of_id = any(${ids}::bigint[]) and boost_of_id is not null`.execute(tx)
  const known = new Set(ids)
  const boosts = rows.flatMap(({ id }) => (known.has(id) ? [] : [id]))
  const all = [...ids, ...boosts]
  await uncountPosts(tx, all)
  await markHashtagsOf(tx, all)
  // At once, or a trigger would run for each post.
  await sql`delete from attachments where post_id = any(${all}::bigint[])`.execute(tx)
  if (boosts.length > 0) await sql`delete from posts where id = any(${boosts}::bigint[])`.execute(tx)
  return boosts.length
}
