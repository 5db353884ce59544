/** What NodeInfo tells of a home: how many identities it has, and that they live. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

export interface ActiveIdentities {
  readonly identities: number
  readonly activeHalfYear: number
  readonly activeMonth: number
  readonly localPosts: number
}

export async function countActiveIdentities(db: Querier): Promise<ActiveIdentities> {
  const { rows } = await sql<ActiveIdentities>`
    select count(*)::integer as identities,
           (count(*) filter (where last_post_at > now() - interval '180 days'))::integer as "activeHalfYear",
           (count(*) filter (where last_post_at > now() - interval '30 days'))::integer as "activeMonth",
           (select count(*)::integer from posts
             where is_local and deleted_at is null and visibility in ('public', 'unlisted')) as "localPosts"
      from actors where is_local and not is_instance_actor and gone_at is null`.execute(db)
  return rows[0] ?? { identities: 0, activeHalfYear: 0, activeMonth: 0, localPosts: 0 }
}
