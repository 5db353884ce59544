/** Figures that the home tells about itself. */
import { sql } from 'kysely'
import type { InstanceActivity } from '../../contracts/instance.ts'
import type { Querier } from '../../db/pool.ts'

export interface HomeCounts {
  readonly identities: number
  readonly activeIdentities: number
  /** That anybody may see. */
  readonly posts: number
  readonly peers: number
}

export async function countHome(db: Querier): Promise<HomeCounts> {
  const { rows } = await sql<HomeCounts>`
    select count(*)::int as identities,
           (count(*) filter (where last_post_at > now() - interval '30 days'
                                or exists (select 1 from active_weeks where active_weeks.actor_id = actors.id
                                              and week > current_date - 30)))::int as "activeIdentities",
           (select count(*)::int from posts
             where is_local and deleted_at is null and visibility in ('public', 'unlisted')) as posts,
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

/**
 * The last twelve weeks, this one first: what anybody may see of what was written, who was there by an app or the window,
 * which identities were made.
 */
export async function listWeeklyActivity(db: Querier): Promise<InstanceActivity[]> {
  const { rows } = await sql<InstanceActivity>`
    select extract(epoch from starts_at)::bigint::text as week,
           (select count(*) from posts
             where is_local and deleted_at is null and boost_of_id is null and visibility in ('public', 'unlisted')
               and id >= id_at(starts_at) and id < id_at(starts_at + interval '7 days'))::text as statuses,
           (select greatest(count(actor_id), least(count(*), 1)) from active_weeks
             where active_weeks.week = (starts_at at time zone 'UTC')::date)::text as logins,
           (select count(*) from actors
             where is_local and not is_instance_actor
               and created_at >= starts_at and created_at < starts_at + interval '7 days')::text as registrations
      from generate_series(0, ${WEEKS - 1}) as age,
           lateral (select date_trunc('week', now(), 'UTC') - make_interval(weeks => age) as starts_at) as weeks
     order by starts_at desc`.execute(db)
  return rows
}
