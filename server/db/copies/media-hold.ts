/**
 * While a backup is made no own file is taken away: what its snapshot names must still lie there when its turn comes. A
 * session of the backup holds the lock; whoever takes files away asks for it first and comes back another time.
 */
import { sql } from 'kysely'
import type { Transaction } from '../pool.ts'
import { ADVISORY_LOCK } from '../../core/advisory-locks.ts'

export const MEDIA_HOLD = ADVISORY_LOCK.mediaHold

/** Until the end of the transaction no backup begins. @returns false while one is made */
export async function mayRemoveMedia(tx: Transaction): Promise<boolean> {
  const { rows } = await sql<{ got: boolean }>`
    select pg_try_advisory_xact_lock(${MEDIA_HOLD}) as got`.execute(tx)
  return rows[0]?.got === true
}
