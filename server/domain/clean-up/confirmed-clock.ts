/**
 * Whether somebody else has confirmed the clock of this home. What is taken away by age is taken by it: were it years ahead,
 * everything would be old. An activity is only accepted when the date that its sender signed is near ours.
 */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { UNPUBLISHED_DOMAIN } from '../owner/own-uris.ts'

const CONFIRMED_DAYS = 7

/** A home that nobody can write to has nobody to ask, and tells nobody of what goes. */
export async function isClockConfirmed(db: Querier, now: Date): Promise<boolean> {
  const { rows } = await sql<{ confirmed: boolean }>`
    select exists (select from inbox_messages
                    where received_at > ${now}::timestamptz - make_interval(days => ${CONFIRMED_DAYS}))
           or not exists (select from domains where domain <> ${UNPUBLISHED_DOMAIN}) as confirmed`.execute(db)
  return rows[0]?.confirmed === true
}
