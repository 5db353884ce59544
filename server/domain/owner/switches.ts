/**
 * What the owner switches while the home runs: authorised fetch, the pause of everything that goes out, how much of the
 * machine the work may take, what caches in front may keep. Kept in the database, so that every process obeys within seconds and a restart changes nothing.
 */
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import { inTransaction, notify } from '../../db/transaction.ts'

/** Until a moment, or until the owner resumes. */
export interface Pause {
  readonly since: Date
  readonly until: Date | null
}

export interface Switches {
  /** Null where the owner has not decided: then the setting of the start counts. */
  readonly authorizedFetch: boolean | null
  readonly pause: Pause | null
  /** Above 0, at most 1: this part of the usual number of calls runs at once, on battery or a metered line. */
  readonly workShare: number
  /** Caches that tell answers apart by `Accept` may keep pages which also lead servers to an id. */
  readonly keepsPages: boolean
}

export const NOTHING_SWITCHED: Switches = {
  authorizedFetch: null,
  pause: null,
  workShare: 1,
  keepsPages: false,
}

export const LEAST_WORK_SHARE = 0.05

const AUTHORIZED_FETCH = 'authorized_fetch'
const PAUSE = 'pause'
const WORK_SHARE = 'work_share'
const KEEPS_PAGES = 'keeps_pages'

/** One statement. What is not understood counts as not set. */
export async function readSwitches(db: Querier): Promise<Switches> {
  const rows = await db
    .selectFrom('home_settings')
    .select(['key', 'value'])
    .where('key', 'in', [AUTHORIZED_FETCH, PAUSE, WORK_SHARE, KEEPS_PAGES])
    .execute()
  const values = new Map(rows.map(({ key, value }) => [key, value as Readonly<Record<string, unknown>>]))
  const authorizedFetch = values.get(AUTHORIZED_FETCH)?.['value']
  const share = Number(values.get(WORK_SHARE)?.['value'])
  return {
    authorizedFetch: typeof authorizedFetch === 'boolean' ? authorizedFetch : null,
    pause: pauseOf(values.get(PAUSE)),
    workShare: share >= LEAST_WORK_SHARE && share <= 1 ? share : 1,
    keepsPages: values.get(KEEPS_PAGES)?.['value'] === true,
  }
}

function pauseOf(value: Readonly<Record<string, unknown>> | undefined): Pause | null {
  if (value === undefined) return null
  const since = momentOf(value['since'])
  return since === null ? null : { since, until: momentOf(value['until']) }
}

function momentOf(value: unknown): Date | null {
  const moment = new Date(typeof value === 'string' ? value : Number.NaN)
  return Number.isNaN(moment.getTime()) ? null : moment
}

/** A pause that has run out is none. */
export function activePause({ pause }: Pick<Switches, 'pause'>, now: Date): Pause | null {
  return pause === null || (pause.until !== null && pause.until <= now) ? null : pause
}

/** @param value  null goes back to the setting of the start */
export async function setAuthorizedFetch(db: Database, value: boolean | null): Promise<void> {
  await keep(db, AUTHORIZED_FETCH, value === null ? null : { value })
}

/** A second pause replaces the first, but for its beginning. @param until  null: until the owner resumes */
export async function pauseWork(db: Database, until: Date | null, now: Date): Promise<Pause> {
  const running = activePause(await readSwitches(db), now)
  const pause = { since: running?.since ?? now, until }
  await keep(db, PAUSE, pause)
  return pause
}

/** Ends the pause now. Its row is left to a worker, which gives what waited its time back. */
export async function resumeWork(db: Database, now: Date): Promise<void> {
  const { pause } = await readSwitches(db)
  if (pause !== null) await keep(db, PAUSE, { since: pause.since, until: now })
}

/** Takes a pause away that has run out, and not the one that may have replaced it meanwhile. @returns it, for the one caller that took it */
export async function takeEndedPause(tx: Transaction, now: Date): Promise<Pause | null> {
  const row = await tx
    .selectFrom('home_settings')
    .select('value')
    .where('key', '=', PAUSE)
    .forUpdate()
    .executeTakeFirst()
  const pause = pauseOf(row?.value as Readonly<Record<string, unknown>> | undefined)
  if (pause === null || activePause({ pause }, now) !== null) return null
  await tx.deleteFrom('home_settings').where('key', '=', PAUSE).execute()
  await notify(tx, 'changed', 'settings')
  return pause
}

/** @param share  from `LEAST_WORK_SHARE` to 1, which is everything */
export async function setWorkShare(db: Database, share: number): Promise<void> {
  await keep(db, WORK_SHARE, share === 1 ? null : { value: share })
}

export async function setKeepsPages(db: Database, value: boolean): Promise<void> {
  await keep(db, KEEPS_PAGES, value ? { value } : null)
}

async function keep(db: Database, key: string, value: object | null): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (value === null) await tx.deleteFrom('home_settings').where('key', '=', key).execute()
    else {
      const stored = { value: JSON.stringify(value), changed_at: new Date() }
      await tx
        .insertInto('home_settings')
        .values({ key, ...stored })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(stored))
        .execute()
    }
    await notify(tx, 'changed', 'settings')
  })
}
