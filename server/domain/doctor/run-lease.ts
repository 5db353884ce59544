/** One run of the doctor at a time for a home, over all its servers. */
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database, Querier } from '../../db/pool.ts'

/** A run is over by then, also where the process that ran it is gone. */
const LEASE_SECONDS = 30
/** The same of one that may take its time. */
const LONG_LEASE_SECONDS = 150
const LOOK_AGAIN_MS = 500

/** Does the work, or waits until another server of the home has done it: what that finds is as good. */
export async function whileLeased(db: Database, work: () => Promise<void>): Promise<void> {
  const until = await lease(db, LEASE_SECONDS)
  if (until !== null) return leased(db, until, work)
  while (await isLeased(db)) await pause(LOOK_AGAIN_MS)
}

/** Does work of its own, after whatever runs now. @param isLong  it may take its time */
export async function onceLeased(db: Database, work: () => Promise<void>, isLong: boolean): Promise<void> {
  const seconds = isLong ? LONG_LEASE_SECONDS : LEASE_SECONDS
  let until = await lease(db, seconds)
  for (; until === null; until = await lease(db, seconds)) await pause(LOOK_AGAIN_MS)
  return leased(db, until, work)
}

/** Gives back what is still its own: a run that took too long has lost it to somebody else, who keeps it. */
async function leased(db: Database, until: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } finally {
    await sql`update doctor_runs set leased_until = null where leased_until = ${until}::timestamptz`.execute(
      db,
    )
  }
}

/** When the doctor last looked from outside; null where it never has. */
export async function readOutsideRun(db: Querier): Promise<Date | null> {
  const row = await db.selectFrom('doctor_runs').select('outside_at').executeTakeFirst()
  return row?.outside_at ?? null
}

export async function keepOutsideRun(db: Querier, now: Date): Promise<void> {
  await db.updateTable('doctor_runs').set({ outside_at: now }).execute()
}

/** @returns until when, to the microsecond, so that it tells one lease from the next; null where somebody else has it */
async function lease(db: Querier, seconds: number): Promise<string | null> {
  const { rows } = await sql<{ until: string }>`
    insert into doctor_runs (leased_until)
    values (clock_timestamp() + make_interval(secs => ${seconds}))
        on conflict (id) do update set leased_until = excluded.leased_until
     where doctor_runs.leased_until is null or doctor_runs.leased_until < clock_timestamp()
    returning leased_until::text as until`.execute(db)
  return rows[0]?.until ?? null
}

async function isLeased(db: Querier): Promise<boolean> {
  const { rows } = await sql<{ is_leased: boolean }>`
    select coalesce(leased_until > clock_timestamp(), false) as is_leased from doctor_runs`.execute(db)
  return rows[0]?.is_leased === true
}
