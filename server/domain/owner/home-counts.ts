/** Figures that the home tells about itself. */
import { sql } from 'kysely'
import type { InstanceActivity } from '../../contracts/instance.ts'
import type { Querier } from '../../db/pool.ts'

export interface HomeCounts {
  readonly identities: number
  readonly activeIdentities: number
  readonly posts: number
  readonly peers: number
}

export async function countHome(db: Querier): Promise<HomeCounts> {
  const { rows } = await sql<HomeCounts>`
    select count(*)::int as identities, coalesce(sum(posts_count), 0)::int as posts,
           (count(*) filter (where last_post_at > now() - interval '30 days'))::int as "activeIdentities",
           (select count(*)::int from peers) as peers
      from actors where is_local and not is_instance_actor and gone_at is null`.execute(db)
  return rows[0] ?? { identities: 0, activeIdentities: 0, posts: 0, peers: 0 }
}

const MOST_PEERS = 20_000

/** Hosts that this home has met, in alphabetical order. */
export async function listPeerHosts(db: Querier): Promise<string[]> {
  const rows = await db.selectFrom('peers').select('host').orderBy('host').limit(MOST_PEERS).execute()
  return rows.map((row) => row.host)
}

const WEEKS = 12

/** The last twelve weeks, this one first. */
export async function listWeeklyActivity(db: Querier): Promise<InstanceActivity[]> {
  const { rows } = await sql<InstanceActivity>`
    select extract(epoch from week)::bigint::text as week,
           (select count(*) from posts
             where is_local and deleted_at is null and boost_of_id is null
               and published_at >= week and published_at < week + interval '7 days')::text as statuses,
           (select count(distinct actor_id) from oauth_tokens
             where last_used_at >= week and last_used_at < week + interval '7 days')::text as logins,
           '0' as registrations
      from generate_series(0, ${WEEKS - 1}) as age,
           lateral (select date_trunc('week', now(), 'UTC') - make_interval(weeks => age) as week) as weeks
     order by week desc`.execute(db)
  return rows
}
