/** Gives rows the time back in which nothing could be done for them: a pause is no failure and brings no timeout nearer. */
import type { Querier } from '../db/pool.ts'
import { wakeWorker } from '../db/transaction.ts'
import { type Graph, automaticStatesOf } from './graph.ts'
import { identifier, literal, send } from './statement.ts'

/** What has gathered comes back spread over so long, a few at once. */
const SPREAD_SECONDS = 60
const PER_SECOND = 8

/** Whether the rows of a graph are handled by asking other servers: those wait while the owner has paused what goes out. */
export function isOutgoing(graph: Graph): boolean {
  return graph.hostColumn !== null && graph.hostShare === null
}

/** Safe to run once only: each call gives the time again. @param since  when the pause began */
export async function forgiveTime(db: Querier, graph: Graph, since: Date): Promise<void> {
  const states = automaticStatesOf(graph).map(literal).join(', ')
  const table = identifier(graph.table)
  await send(
    db,
    `with due as (
       select least(${SPREAD_SECONDS}, count(*) / ${PER_SECOND}) as seconds from ${table}
        where state in (${states}) and state_next_attempt_at <= now()
     )
     update ${table}
        set state_changed_at = state_changed_at + (now() - greatest($1::timestamptz, state_changed_at)),
            state_next_attempt_at = case when state_next_attempt_at <= now()
              then now() + random() * due.seconds * interval '1 second' else state_next_attempt_at end
       from due
      where state in (${states}) and state_next_attempt_at is not null and state_lock_token is null`,
    [since],
  )
  await wakeWorker(db, graph.table)
}
