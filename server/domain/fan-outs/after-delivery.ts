/** What the answers to deliveries change in the database beside the delivery itself: inboxes that are gone, pauses, order. */
import { sql } from 'kysely'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { removeFollowsOf } from '../actors/actor-freshness.ts'
import { tellOfLostAccounts } from '../follows/lost-accounts.ts'
import { fanOutGraph } from './fan-out-graph.ts'

/** So many different days of 404 make an inbox gone. */
const DAYS_UNTIL_GONE = 3

/** Stored with deliveries that wait for our own line. */
export const OFFLINE_REASON = 'this home seems to be offline'

/**
 * 410: whoever has this inbox is gone. A shared inbox that is gone leaves everybody their own.
 */
export async function inboxIsGone(db: Database, inboxUri: string, now: Date): Promise<void> {
  await inTransaction(db, async (tx) => forgetInbox(tx, inboxUri, now))
}

async function forgetInbox(tx: Transaction, inboxUri: string, now: Date): Promise<void> {
  const host = new URL(inboxUri).host
  await sql`
    update actors set shared_inbox_uri = null
     where host = ${host} and domain_id is null and shared_inbox_uri = ${inboxUri}`.execute(tx)
  const { rows } = await sql<{ id: string }>`
    update actors set gone_at = ${now}
     where host = ${host} and domain_id is null and inbox_uri = ${inboxUri} and gone_at is null
    returning id`.execute(tx)
  await tellOfLostAccounts(
    tx,
    rows.map(({ id }) => id),
  )
  for (const { id } of rows) await removeFollowsOf(tx, id)
  await tx.deleteFrom('missing_inboxes').where('inbox_uri', '=', inboxUri).execute()
}

/** 404: counted once a day, by our own calendar; the third day makes it gone. */
export async function inboxIsMissing(db: Database, inboxUri: string, now: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { rows } = await sql<{ days: number }>`
      insert into missing_inboxes (inbox_uri, last_day) values (${inboxUri}, ${now}::date)
          on conflict (inbox_uri) do update
         set days = missing_inboxes.days + (missing_inboxes.last_day <> excluded.last_day)::integer,
             last_day = excluded.last_day
      returning days`.execute(tx)
    if ((rows[0]?.days ?? 0) >= DAYS_UNTIL_GONE) await forgetInbox(tx, inboxUri, now)
  })
}

/** It answered after all. */
export async function inboxIsThere(db: Querier, inboxUri: string): Promise<void> {
  await db.deleteFrom('missing_inboxes').where('inbox_uri', '=', inboxUri).execute()
}

/** Inboxes that answered 404 lately: few, and read together. */
export async function listMissingInboxes(db: Querier): Promise<string[]> {
  const rows = await db.selectFrom('missing_inboxes').select('inbox_uri').execute()
  return rows.map((row) => row.inbox_uri)
}

/**
 * Whether an earlier delivery about the same object to the same inbox is still on its way.
 * @returns in how many seconds that one is tried next, 0 while it is being tried, null when there is none
 */
export async function secondsBehindElder(
  db: Querier,
  fanOut: Pick<Row<'fan_outs'>, 'id' | 'inbox_uri' | 'object_uri'>,
): Promise<number | null> {
  const { rows } = await sql<{ seconds: number | null }>`
    select max(case when state_lock_token is not null then 0
                    else coalesce(extract(epoch from state_next_attempt_at - now()), 0) end)::float8 as seconds
      from fan_outs
     where inbox_uri = ${fanOut.inbox_uri} and object_uri = ${fanOut.object_uri} and state = 'new'
       and id < ${fanOut.id}`.execute(db)
  return rows[0]?.seconds ?? null
}

/** Lets everything that is due wait for our own line, in one statement, instead of row by row. */
export async function pauseDeliveries(db: Querier, seconds: number, jitterSeconds: number): Promise<void> {
  await sql`
    update fan_outs
       set state_next_attempt_at = now() + make_interval(secs => ${seconds} + random() * ${jitterSeconds}),
           state_error = ${OFFLINE_REASON}
     where state = 'new' and state_lock_token is null
       and state_next_attempt_at <= now() + make_interval(secs => ${seconds})`.execute(db)
}

/** One of those that wait for our own line is due at once: it finds out whether the line is back. */
export async function probeLine(db: Querier): Promise<void> {
  await sql`
    update fan_outs set state_next_attempt_at = now()
     where id = (select id from fan_outs
                  where state = 'new' and state_lock_token is null and state_error = ${OFFLINE_REASON}
                  order by random() limit 1 for update skip locked)`.execute(db)
  await wakeWorker(db, fanOutGraph.table)
}

/** So many a second are no burst. */
const RESUMED_PER_SECOND = 8

/** What waited for our own line is due, spread the more, the more of it there is. @param jitterSeconds  at most */
export async function resumeDeliveries(db: Querier, jitterSeconds: number): Promise<void> {
  await sql`
    with waiting as (
      select least(${jitterSeconds}, count(*) / ${RESUMED_PER_SECOND}) as seconds
        from fan_outs where state = 'new' and state_lock_token is null and state_error = ${OFFLINE_REASON}
    )
    update fan_outs
       set state_next_attempt_at = least(state_next_attempt_at, now() + make_interval(secs => random() * waiting.seconds)),
           state_error = null
      from waiting
     where state = 'new' and state_lock_token is null and state_error = ${OFFLINE_REASON}`.execute(db)
  await wakeWorker(db, fanOutGraph.table)
}
