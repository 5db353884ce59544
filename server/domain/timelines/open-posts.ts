/** Which posts belong into streams that hang on no home timeline: the public ones, those of hashtags, those of lists. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { findListsShowing } from '../lists/list-timeline.ts'
import { visiblePosts } from '../posts/can-see.ts'
import { publicPosts } from '../posts/list-posts.ts'
import { type PostRow, SHOWN_POSTS } from '../posts/status-facts.ts'

export interface OpenPost {
  readonly row: PostRow
  /** It stands in the public timelines. */
  readonly isPublic: boolean
  /** Lists of the viewer that show it. */
  readonly listIds: readonly string[]
}

/**
 * Two statements at most, by the same conditions as the timelines.
 * @param asksForLists  whether anybody reads the stream of a list
 * @returns in the order of the ids; what stands in none of these timelines is missing
 */
export async function findOpenPosts(
  db: Querier,
  viewerId: string,
  ids: readonly string[],
  asksForLists: boolean,
): Promise<OpenPost[]> {
  const lists = asksForLists ? await findListsShowing(db, viewerId, ids) : new Map<string, string[]>()
  const { rows } = await sql<PostRow & { is_public: boolean }>`
    select ${SHOWN_POSTS}, ${publicPosts(viewerId)} as is_public from posts
     where posts.id = any(${ids}::bigint[]) and ${visiblePosts(viewerId)}`.execute(db)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    const listIds = lists.get(id) ?? []
    if (row === undefined || !(row.is_public || listIds.length > 0)) return []
    return { row, isPublic: row.is_public, listIds }
  })
}
