/** How much an identity has said in public. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

/** Posts and boosts that anybody may see; what is for followers is not told by number either (rule 67). */
export async function countOutbox(db: Querier, actorId: string): Promise<number> {
  const { rows } = await sql<{ posts: number }>`
    select count(*)::integer as posts from posts
     where author_id = ${actorId} and deleted_at is null and visibility in ('public', 'unlisted')`.execute(db)
  return rows[0]?.posts ?? 0
}
