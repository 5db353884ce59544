/** Filters as Mastodon exports them and takes them in: JSON. */
import type { Querier } from '../../db/pool.ts'
import { loadFilters } from '../filters/load-filters.ts'

export async function exportFilters(db: Querier, actorId: string): Promise<string> {
  const filters = await loadFilters(db, actorId)
  const postIds = filters.flatMap(({ posts }) => posts.map(({ post_id: id }) => id))
  const posts =
    postIds.length === 0
      ? []
      : await db
          .selectFrom('posts')
          .select(['id', 'uri'])
          .where('id', 'in', postIds)
          .where('deleted_at', 'is', null)
          .execute()
  const uris = new Map(posts.map(({ id, uri }) => [id, uri]))
  return JSON.stringify({
    custom_filters: filters.map((filter) => ({
      title: filter.title,
      // Mastodon writes the one and reads the other.
      expire_at: filter.expires_at,
      expires_at: filter.expires_at,
      context: filter.contexts,
      action: filter.action,
      keywords_attributes: filter.keywords.map(({ keyword, is_whole_word: isWholeWord }) => ({
        keyword,
        whole_word: isWholeWord,
      })),
      statuses: filter.posts.flatMap(({ post_id: id }) => uris.get(id) ?? []),
    })),
  })
}
