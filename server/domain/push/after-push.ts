/** What becomes of subscriptions by the answers of their push services: one statement for any number of answers. */
import { sql } from 'kysely'
import type { Database } from '../../db/pool.ts'

/** A receiver that refuses everything for so long is none any more. */
const REFUSED_DAYS = 7

export interface SubscriptionNews {
  readonly subscriptionId: string
  readonly failures: number
  /** Nothing is sent before. */
  readonly retryAt: Date | null
  readonly isRefusing: boolean
}

export async function recordAnswers(db: Database, news: readonly SubscriptionNews[]): Promise<void> {
  if (news.length === 0) return
  await sql`
    update push_subscriptions
       set failures = given.failures, retry_at = given."retryAt",
           refused_since = case when given."isRefusing" then coalesce(refused_since, now()) end
      from jsonb_to_recordset(${JSON.stringify(news)}::jsonb)
        as given ("subscriptionId" bigint, failures integer, "retryAt" timestamptz, "isRefusing" boolean)
     where push_subscriptions.id = given."subscriptionId"`.execute(db)
  if (!news.some(({ isRefusing }) => isRefusing)) return
  await sql`
    delete from push_subscriptions
     where id = any(${news.map(({ subscriptionId }) => subscriptionId)}::bigint[])
       and refused_since < now() - make_interval(days => ${REFUSED_DAYS})`.execute(db)
}

/** Gone by the word of their push service: 404 or 410. */
export async function forgetReceivers(db: Database, subscriptionIds: readonly string[]): Promise<void> {
  if (subscriptionIds.length === 0) return
  await sql`delete from push_subscriptions where id = any(${[...subscriptionIds]}::bigint[])`.execute(db)
}
