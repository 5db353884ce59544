/** Polls of others are counted anew while somebody here looks at them. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { moveRows } from '../../stator/move.ts'
import { pollGraph } from './poll-graph.ts'

/** Counts that were read this long ago are read again, and an origin that did not answer is left alone as long. */
const FRESH_SECONDS = 120
/** Of the polls on one page. */
const MOST_AT_ONCE = 10

/**
 * Has the worker ask the origins; nobody waits for it. What was read after its end stays as it is.
 * @param postIds  of posts that are shown to an identity of this home
 * @returns how many polls will be read
 */
export async function refreshShownPolls(
  tx: Transaction,
  postIds: readonly string[],
  now: Date,
): Promise<number> {
  if (postIds.length === 0) return 0
  const { rows } = await sql<{ id: string }>`
    select id from polls
     where id = any(${postIds}::bigint[]) and not is_local and state in ('seen', 'open')
       and greatest(fetched_at, state_changed_at) < ${now}::timestamptz - make_interval(secs => ${FRESH_SECONDS})
     order by id limit ${MOST_AT_ONCE}`.execute(tx)
  const moved = await moveRows(
    tx,
    pollGraph,
    rows.map(({ id }) => id),
    'outdated',
  )
  return moved.length
}
