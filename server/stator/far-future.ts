/**
 * Rows whose next attempt was planned by a clock that was far ahead and has been set right since: they would wait for its time.
 * The engine puts no row off for so long, so it is tried now. What a person has planned, such as a post, has its moment beside
 * it: its handler looks at that, says "again", and is asked once more in three weeks at the latest.
 * It may as well be that the clock is behind now: when a row came into its state stays as it is, so that none is timed out for that.
 * @see security rule 110
 */
import type { Querier } from '../db/pool.ts'
import { SELDOM } from '../db/prepared.ts'
import { wakeWorker } from '../db/transaction.ts'
import { type Graph, automaticStatesOf } from './graph.ts'
import { identifier, literal, sendForCount } from './statement.ts'

/** The longest pause that a graph declares is 14 days. */
export const LONGEST_PAUSE_SECONDS = 21 * 86_400
const FAR = '30 days'

/** @returns how many rows it was, at most `most` */
export async function hastenFarRows(db: Querier, graph: Graph, most: number): Promise<number> {
  const automatic = automaticStatesOf(graph).map(literal)
  if (automatic.length === 0) return 0
  const [table, key] = [identifier(graph.table), identifier(graph.key)]
  const hastened = await sendForCount(
    db,
    `${SELDOM}
     update ${table}
        set state_next_attempt_at = now(), state_locked_until = least(state_locked_until, now())
      where ${key} in (
       select ${key} from ${table}
        where state_priority in (0, 1) and state_next_attempt_at > now() + interval '${FAR}'
          and (state in (${automatic.join(', ')})) is true
        limit ${most} for update skip locked)`,
    [],
  )
  if (hastened > 0) await wakeWorker(db, graph.table)
  return hastened
}
