/** The clean-up of the home as the worker does it: at night, or when the owner asks, a slice at a time; and own posts whose time is over. */
import { setTimeout as rest } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Clock } from '../core/clock.ts'
import type { Config } from '../core/config.ts'
import type { Database, Querier } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import { horizonOf, readCleanUpRules } from '../domain/clean-up/clean-up-rules.ts'
import { beginCleanUp, findOpenRun, workOnCleanUp } from '../domain/clean-up/clean-up-runs.ts'
import { isClockConfirmed } from '../domain/clean-up/confirmed-clock.ts'
import { expireOwnPosts } from '../domain/clean-up/post-expiry.ts'
import type { Sweep } from '../stator/sweeper.ts'

/** By the clock of the machine: after the hour in which backups are made. */
const NIGHT_HOURS = { from: 4, to: 7 } as const
const AGAIN_AFTER_HOURS = 20
/** A machine that is off at night cleans up by day. */
const MISSED_AFTER_HOURS = 30
/** As long as a slice took, so that whoever reads meanwhile has half of the machine at least. */
const MOST_REST_MS = 100
const EXPIRY_SECONDS = 300
/** Of each identity, in that time. */
const EXPIRING_POSTS = 10

interface SweptHome {
  /** Besides the connection of a sweep: for what has to be a transaction that is tried again. */
  readonly db: Database
  readonly clock: Clock
  readonly config: Pick<Config, 'pruneDays'>
}

export function cleanUpSweeps({ db: database, clock, config }: SweptHome): Sweep[] {
  return [
    {
      name: 'clean-up',
      async run(db, batchSize) {
        await beginIfDue(database, clock.now(), config.pruneDays)
        const begunAtMs = clock.monotonicMs()
        if (!(await workOnCleanUp(db, () => clock.now()))) return 0
        await rest(Math.min(MOST_REST_MS, clock.monotonicMs() - begunAtMs))
        return batchSize
      },
    },
    {
      name: 'own posts whose time is over',
      everySeconds: EXPIRY_SECONDS,
      async run(db) {
        const now = clock.now()
        if (await isClockConfirmed(db, now)) await expireOwnPosts(database, now, EXPIRING_POSTS)
        return 0
      },
    },
  ]
}

async function beginIfDue(db: Database, now: Date, usualDays: number): Promise<void> {
  if ((await findOpenRun(db)) !== undefined) return
  if (horizonOf(await readCleanUpRules(db), usualDays, now) === null) return
  const hours = (now.getTime() - (await lastRunAt(db, now)).getTime()) / 3_600_000
  if (!isDue(hours, now.getHours()) || !(await isClockConfirmed(db, now))) return
  await inTransaction(db, async (tx) => beginCleanUp(tx, 'night', usualDays, now))
}

/** @param hours  since the last run. @param hour  of the day, here */
export function isDue(hours: number, hour: number): boolean {
  if (hours >= MISSED_AFTER_HOURS) return true
  return hours >= AGAIN_AFTER_HOURS && hour >= NIGHT_HOURS.from && hour < NIGHT_HOURS.to
}

/** A home in which none has run yet is as if one had when it began. What a clock noted that was days ahead does not count. */
async function lastRunAt(db: Querier, now: Date): Promise<Date> {
  const { rows } = await sql<{ at: Date | null }>`
    select coalesce((select max(started_at) from clean_ups where started_at < ${now}::timestamptz + interval '1 day'),
                    (select created_at from owner), now()) as at`.execute(db)
  return rows[0]?.at ?? now
}
