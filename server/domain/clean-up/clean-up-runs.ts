/** Runs of the clean-up: begun at night or by the owner, worked on a slice at a time, gone on with after a restart. */
import { sql } from 'kysely'
import {
  CLEAN_UP_STEPS,
  type CleanUpCounts,
  type CleanUpFacts,
  type CleanUpRun,
  type CleanUpStep,
} from '../../contracts/clean-up.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { notify } from '../../db/transaction.ts'
import { horizonOf, readCleanUpRules } from './clean-up-rules.ts'
import { isClockConfirmed } from './confirmed-clock.ts'
import { readDatabaseSizes, vacuumTables } from './database-sizes.ts'
import { idAt, readKeepFacts } from './keep-posts.ts'
import { pruneSlice } from './prune-slice.ts'
import { pruningOf } from './prunings.ts'

type Run = Row<'clean_ups'>

/** So few that a slice is over before anybody could notice. */
const SLICE_ROWS = 100
/** With fewer rows removed the database's own tidying is enough. */
const VACUUM_FROM = 1_000
const KEPT_RUNS = 30
/** Payload of NOTIFY. */
export const CLEAN_UP_ASKED = 'clean_up'

export async function findOpenRun(db: Querier): Promise<Run | undefined> {
  return db.selectFrom('clean_ups').selectAll().where('ended_at', 'is', null).executeTakeFirst()
}

/**
 * Begins a run, unless one is open already.
 * @throws HomebirdError CONFLICT where the rules let nothing go
 */
export async function beginCleanUp(
  tx: Transaction,
  askedBy: Run['asked_by'],
  usualDays: number,
  now: Date,
): Promise<void> {
  const horizon = horizonOf(await readCleanUpRules(tx), usualDays, now)
  if (horizon === null) {
    throw new HomebirdError('CONFLICT', 'a clean-up was asked for, and by the rules everything stays', {
      safe: 'By your rules everything stays. Choose after how many days posts may go first.',
    })
  }
  const { all } = await readDatabaseSizes(tx)
  await tx
    .insertInto('clean_ups')
    .values({ asked_by: askedBy, started_at: now, horizon, bytes_before: all })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await sql`delete from clean_ups where id in (
    select id from clean_ups where ended_at is not null order by id desc offset ${KEPT_RUNS})`.execute(tx)
  await notify(tx, 'changed', CLEAN_UP_ASKED)
}

/** What is gone by then stays gone. */
export async function cancelCleanUp(tx: Transaction, now: Date): Promise<void> {
  await tx
    .updateTable('clean_ups')
    .set({ ended_at: now, is_cancelled: true })
    .where('ended_at', 'is', null)
    .execute()
}

/** One slice of the open run. @returns false when there is none any more */
export async function workOnCleanUp(db: Querier, now: () => Date): Promise<boolean> {
  const run = await findOpenRun(db)
  if (run === undefined) return false
  if (run.step === 'space') {
    await endRun(db, run, now)
    return false
  }
  const facts = await readKeepFacts(db, await readCleanUpRules(db), run.horizon)
  const { last, removed } = await pruneSlice(db, pruningOf(run.step, facts), {
    after: run.place,
    below: facts.horizonId,
    size: SLICE_ROWS,
  })
  const step = last === null ? followingStep(run.step) : run.step
  const counted = JSON.stringify({ ...run.removed, [run.step]: (run.removed[run.step] ?? 0) + removed })
  await db
    .updateTable('clean_ups')
    .set({ step, place: last ?? '0', removed: counted })
    .where('id', '=', run.id)
    .where('ended_at', 'is', null)
    .execute()
  return true
}

const followingStep = (step: CleanUpStep): CleanUpStep =>
  CLEAN_UP_STEPS[CLEAN_UP_STEPS.indexOf(step) + 1] ?? 'space'

async function endRun(db: Querier, run: Run, now: () => Date): Promise<void> {
  const removed = Object.values(countsOf(run)).reduce((sum, count) => sum + count, 0)
  if (removed >= VACUUM_FROM) {
    await vacuumTables(db).catch(() => {
      // The database tidies up by itself, only later; what went is gone all the same.
    })
  }
  const { all } = await readDatabaseSizes(db)
  await db
    .updateTable('clean_ups')
    .set({ ended_at: now(), bytes_after: all })
    .where('id', '=', run.id)
    .where('ended_at', 'is', null)
    .execute()
}

const NOTHING: CleanUpCounts = { posts: 0, actors: 0, hashtags: 0, cards: 0 }
const countsOf = ({ removed }: Run): CleanUpCounts => ({ ...NOTHING, ...removed })

export async function readCleanUpFacts(db: Querier, usualDays: number, now: Date): Promise<CleanUpFacts> {
  const rules = await readCleanUpRules(db)
  const open = await findOpenRun(db)
  const last = await db
    .selectFrom('clean_ups')
    .selectAll()
    .where('ended_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return {
    rules,
    days: rules.days ?? usualDays,
    usualDays,
    isClockConfirmed: await isClockConfirmed(db, now),
    running: open === undefined ? null : runOf(open, await firstIdOf(db, open)),
    last: last === undefined ? null : runOf(last, '0'),
    sizes: await readDatabaseSizes(db),
  }
}

function runOf(run: Run, first: string): CleanUpRun {
  return {
    id: run.id,
    askedBy: run.asked_by,
    startedAt: run.started_at.toISOString(),
    endedAt: run.ended_at?.toISOString() ?? null,
    isCancelled: run.is_cancelled,
    step: run.step,
    share: run.step === 'space' ? 1 : shareOf(first, run.place, idAt(run.horizon)),
    removed: countsOf(run),
    bytesBefore: run.bytes_before === null ? null : Number(run.bytes_before),
    bytesAfter: run.bytes_after === null ? null : Number(run.bytes_after),
  }
}

/** Ids are in the order of time, so that the part of the time is about the part of the rows. */
export function shareOf(first: string, place: string, below: string): number {
  const [from, to, at] = [Number(first), Number(below), Number(place)]
  return to <= from ? 1 : Math.min(1, Math.max(0, (at - from) / (to - from)))
}

async function firstIdOf(db: Querier, { step }: Pick<Run, 'step'>): Promise<string> {
  if (step === 'space') return '0'
  const { rows } = await sql<{ id: string | null }>`select min(id) as id from ${sql.table(step)}`.execute(db)
  return rows[0]?.id ?? '0'
}
