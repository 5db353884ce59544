/** Whose outboxes are read after an absence, how far that is, and which servers are told of the return. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { IS_ASKABLE } from '../actors/askable-actors.ts'
import { outboxSweepGraph } from '../outboxes/outbox-sweep-graph.ts'

export type Absence = Row<'absences'>

/** Security rule 106: not all at once. */
const JITTER_SECONDS = 60
/** What was written shortly before may not have arrived any more. */
const OVERLAP = sql`interval '10 minutes'`
/** Whoever was away so long counts as gone elsewhere. */
const LONG_MS = 7 * 86_400_000

export const wasLong = (absence: Absence): boolean =>
  absence.returned_at.getTime() - absence.left_at.getTime() >= LONG_MS

/**
 * Has the outboxes of everybody who is followed read back to the moment when the home left. One that is still being read
 * after an earlier absence is read back to that.
 * @returns how many there are
 */
export async function planCatchUp(tx: Transaction, absence: Absence): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    insert into outbox_sweeps (actor_id, host, purpose, absence_id, until_at, fills_timelines, state_next_attempt_at)
    select actors.id, actors.host, 'catch_up', ${absence.id}, ${absence.left_at}::timestamptz - ${OVERLAP}, true,
           now() + make_interval(secs => random() * ${JITTER_SECONDS})
      from actors
     where ${IS_ASKABLE}
       and exists (select from follows join actors as me on me.id = follows.source_id and me.is_local
                    where follows.target_id = actors.id and follows.state = 'accepted' and me.gone_at is null)
     order by actors.id
        on conflict (actor_id, purpose) do update
       set absence_id = excluded.absence_id,
           until_at = case when outbox_sweeps.state = 'reading' then least(outbox_sweeps.until_at, excluded.until_at)
                           else excluded.until_at end,
           next_page_uri = null, fills_timelines = true, pages_read = 0, posts_found = 0, state = 'reading',
           state_changed_at = now(), state_next_attempt_at = excluded.state_next_attempt_at,
           state_locked_until = null, state_lock_token = null, state_attempts = 0, state_errors = 0,
           state_deaths = 0, state_error = null`.execute(tx)
  if (numAffectedRows > 0n) await wakeWorker(tx, outboxSweepGraph.table)
  return Number(numAffectedRows)
}

/** @returns how many outboxes are still to be read */
export async function noteCatchUp(tx: Transaction, absence: Absence): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    with open as (
      select count(*)::integer as sweeps from outbox_sweeps where absence_id = ${absence.id} and state = 'reading'
    )
    update absences set outboxes_done = greatest(0, coalesce(outboxes, 0) - open.sweeps)
      from open where absences.id = ${absence.id}
    returning open.sweeps as open`.execute(tx)
  return rows[0]?.open ?? 0
}

/** One actor of each server that has followers of ours, or whom we follow, with the identity that has to do with it. */
export interface Acquaintance {
  readonly actor_id: string
  readonly identity_id: string
}

export async function listAcquaintances(tx: Transaction): Promise<Acquaintance[]> {
  const { rows } = await sql<Acquaintance>`
    with related as (
      select source_id as identity_id, target_id as actor_id from follows where state = 'accepted'
      union
      select target_id, source_id from follows where state in ('accepting', 'accepted')
    )
    select distinct on (actors.host) actors.id as actor_id, me.id as identity_id
      from related
      join actors as me on me.id = related.identity_id and me.is_local and me.gone_at is null
      join actors on actors.id = related.actor_id
     where ${IS_ASKABLE} and actors.inbox_uri <> ''
     order by actors.host, actors.shared_inbox_uri is null, me.id, actors.id`.execute(tx)
  return rows
}

/** Deliveries of these activities do not all go out in the same moment. @returns how many there are */
export async function spreadDeliveries(tx: Transaction, activityUris: readonly string[]): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    update fan_outs
       set state_next_attempt_at = greatest(fan_outs.state_next_attempt_at,
                                            now() + make_interval(secs => random() * ${JITTER_SECONDS}))
      from outbound_activities
     where outbound_activities.id = fan_outs.activity_id
       and outbound_activities.activity_uri = any(${[...activityUris]}::text[]) and fan_outs.state = 'new'`.execute(
    tx,
  )
  return Number(numAffectedRows)
}
