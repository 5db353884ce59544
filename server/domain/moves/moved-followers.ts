/** Who followed an identity when it moved away, and who of them has come along since: by server, and one by one. */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import { csvLine } from '../exports/csv.ts'

const MOST_SERVERS = 200
/** Lines of one statement. */
const STEP = 1_000

export interface ServerOfFollowers {
  readonly host: string
  /** When the identity moved. */
  readonly followers: number
  /** Of these, so many follow it here still. */
  readonly left: number
  /** Since when nothing can be brought to it; null where it answers. */
  readonly silentSince: Date | null
}

/** Once, in the transaction of the move. */
export async function noteFollowers(tx: Transaction, moveId: string, identityId: string): Promise<void> {
  await sql`
    insert into moved_followers (move_id, actor_id, host, handle)
    select ${moveId}::bigint, actors.id, actors.host, actors.username || '@' || actors.handle_domain
      from follows join actors on actors.id = follows.source_id
     where follows.target_id = ${identityId} and follows.state in ('accepting', 'accepted')
        on conflict do nothing`.execute(tx)
}

/** Those of whom most are still to come first. */
export async function listServersOfFollowers(
  db: Querier,
  moveId: string,
  identityId: string,
): Promise<ServerOfFollowers[]> {
  const { rows } = await sql<ServerOfFollowers>`
    select counted.host, counted.followers, counted.left, peers.failing_since as "silentSince"
      from (select noted.host, count(*)::integer as followers, count(follows.id)::integer as "left"
              from moved_followers as noted
              left join follows on follows.source_id = noted.actor_id and follows.target_id = ${identityId}
                               and follows.state in ('accepting', 'accepted')
             where noted.move_id = ${moveId}
             group by noted.host) as counted
      left join peers on peers.host = counted.host
     order by counted.left desc, counted.followers desc, counted.host
     limit ${MOST_SERVERS}`.execute(db)
  return rows
}

/** Everybody of the last move, as CSV. Read page by page. */
export async function* exportMovedFollowers(db: Querier, identityId: string): AsyncGenerator<string, void> {
  yield csvLine(['Follower', 'Server', 'Came along'])
  for (let after = '0'; ;) {
    const { rows } = await sql<{ actor_id: string; handle: string; host: string; is_here: boolean }>`
      select noted.actor_id, noted.handle, noted.host,
             exists (select from follows where follows.source_id = noted.actor_id and follows.target_id = ${identityId}
                                           and follows.state in ('accepting', 'accepted')) as is_here
        from moved_followers as noted
       where noted.move_id = (select id from actor_moves where from_id = ${identityId}
                               order by moved_at desc, id desc limit 1)
         and noted.actor_id > ${after}::bigint
       order by noted.actor_id limit ${STEP}`.execute(db)
    for (const { handle, host, is_here: isHere } of rows) yield csvLine([handle, host, isHere ? 'no' : 'yes'])
    const last = rows.at(-1)
    if (last === undefined || rows.length < STEP) return
    after = last.actor_id
  }
}
