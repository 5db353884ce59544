/** Counts outdated hashtags anew, a whole claim with one statement. */
import type { Database } from '../db/pool.ts'
import type { hashtagGraph } from '../domain/hashtags/hashtag-graph.ts'
import { recountHashtags } from '../domain/hashtags/recount-hashtags.ts'
import type { HandlersOf } from '../stator/graph.ts'

export function hashtagHandlers({ db }: { readonly db: Database }): HandlersOf<typeof hashtagGraph> {
  return {
    outdated: {
      batch: async (hashtags) => {
        const ids = hashtags.map(({ id }) => id)
        await recountHashtags(db, ids)
        return new Map(ids.map((id) => [id, 'updated' as const]))
      },
    },
  }
}
