/**
 * The last moment at which this home is known to have worked. A beat that comes long after the one before means that the
 * home was off, or its machine slept: while it sleeps the wall clock runs on and timers do not. A wall clock that was put
 * forward looks the same, and then the outboxes are read once for nothing; one that was put back begins anew.
 */
import { sql } from 'kysely'
import type { Database } from '../../db/pool.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { absenceGraph } from './absence-graph.ts'

/** A silence this long is an absence; for what comes in shorter ones others try again soon enough. */
const AWAY_MS = 10 * 60_000

/**
 * Any number of workers may beat: the home is away when all are.
 * @returns for how many milliseconds the home was away; 0 where it was not
 */
export async function beat(db: Database, now: Date): Promise<number> {
  return inTransaction(db, async (tx) => {
    const last = await tx.selectFrom('heartbeats').select('beat_at').forUpdate().executeTakeFirst()
    await sql`
      insert into heartbeats (beat_at) values (${now})
          on conflict (id) do update set beat_at = excluded.beat_at`.execute(tx)
    const awayMs = last === undefined ? 0 : now.getTime() - last.beat_at.getTime()
    if (last === undefined || awayMs < AWAY_MS) return 0
    await tx.insertInto('absences').values({ left_at: last.beat_at, returned_at: now }).execute()
    await wakeWorker(tx, absenceGraph.table)
    return awayMs
  })
}
