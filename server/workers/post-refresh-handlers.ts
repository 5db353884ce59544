/** Reads posts of others again that somebody here looks at. */
import { type RefreshParts, refreshPost } from '../activitypub/refresh-post.ts'
import { assertNever } from '../core/errors.ts'
import type { Row } from '../db/tables.ts'
import type { postRefreshGraph } from '../domain/posts/post-refresh-graph.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'

export function postRefreshHandlers(parts: RefreshParts): HandlersOf<typeof postRefreshGraph> {
  return { wanted: { each: async (refresh) => handle(parts, refresh) } }
}

async function handle(parts: RefreshParts, refresh: Row<'post_refreshes'>): Promise<Verdict<'read'>> {
  const end = await refreshPost(parts, refresh.post_id)
  switch (end.outcome) {
    case 'read':
    case 'removed':
      return 'read'
    case 'kept':
      return { to: 'read', note: end.reason }
    case 'unavailable':
      return again({ reason: end.reason })
    default:
      return assertNever(end)
  }
}
