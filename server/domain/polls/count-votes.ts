/** What new votes change in their polls, and that somebody has to be told of it. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { moveRows } from '../../stator/move.ts'
import { VOTES_TOLD_AFTER_SECONDS, pollGraph } from './poll-graph.ts'

/**
 * Adds votes that have just been stored to their options, and their actors to the voters where these are counted. The
 * polls must be locked.
 */
export async function countVotes(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    with fresh as (
      select poll_id, position, actor_id from poll_votes where id = any(${ids}::bigint[])
    ), options as (
      select poll_id, position, count(*)::integer as votes from fresh group by poll_id, position
    ), voters as (
      select poll_id, count(distinct actor_id)::integer as voters from fresh
       where not exists (select from poll_votes as elder
                          where elder.poll_id = fresh.poll_id and elder.actor_id = fresh.actor_id
                            and not (elder.id = any(${ids}::bigint[])))
       group by poll_id
    ), counted as (
      update polls set voters_count = voters_count + voters.voters from voters where polls.id = voters.poll_id
    )
    update poll_options set votes_count = votes_count + options.votes
      from options
     where poll_options.poll_id = options.poll_id and poll_options.position = options.position`.execute(tx)
}

/** Has everybody who has the polls told of the counts, a while later. What ends before that is told at its end anyway. */
export async function noteVotes(tx: Transaction, pollIds: readonly string[], now: Date): Promise<void> {
  if (pollIds.length === 0) return
  const { rows } = await sql<{ id: string }>`
    select id from polls
     where id = any(${pollIds}::bigint[]) and is_local and state in ('open', 'telling')
       and (ends_at is null or ends_at > ${now}::timestamptz + make_interval(secs => ${VOTES_TOLD_AFTER_SECONDS}))
     order by id`.execute(tx)
  await moveRows(
    tx,
    pollGraph,
    rows.map(({ id }) => id),
    'voted',
  )
}
