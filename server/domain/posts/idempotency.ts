/** Idempotency-Key: the second request with one key gets the post of the first. Kept per token, in the post's transaction. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'

/** How long a key is remembered at least. @see security rule 77 */
export const IDEMPOTENCY_SECONDS = 3_600
const MAX_KEY_LENGTH = 255

export interface IdempotencyKey {
  /** The token or session that sent it, never the token itself: its row id. */
  readonly holder: string
  /** As the client sent it; cut at 255 characters. */
  readonly key: string
}

/** What was written for a key: a post, or one that waits for its time; of one whose time has come both. */
export interface Written {
  readonly postId: string | null
  readonly scheduledId: string | null
}

/**
 * Called first in the transaction that would write. A second request with the same key waits for the first to end, then
 * gets what that one wrote.
 */
export async function findOfKey(tx: Transaction, { holder, key }: IdempotencyKey): Promise<Written | null> {
  const name = key.slice(0, MAX_KEY_LENGTH)
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${holder} ${name}`}, 7203153))`.execute(tx)
  const row = await tx
    .selectFrom('idempotency_keys')
    .select(['post_id as postId', 'scheduled_id as scheduledId'])
    .where('holder', '=', holder)
    .where('key', '=', name)
    .where('created_at', '>', sql<Date>`now() - make_interval(secs => ${IDEMPOTENCY_SECONDS})`)
    .executeTakeFirst()
  return row ?? null
}

/** Called in the same transaction after it is written. */
export async function rememberKey(
  tx: Transaction,
  { holder, key }: IdempotencyKey,
  { postId, scheduledId }: Written,
): Promise<void> {
  const name = key.slice(0, MAX_KEY_LENGTH)
  const written = { post_id: postId, scheduled_id: scheduledId }
  await tx
    .insertInto('idempotency_keys')
    .values({ holder, key: name, ...written })
    .onConflict((conflict) =>
      conflict.columns(['holder', 'key']).doUpdateSet({ ...written, created_at: sql<Date>`now()` }),
    )
    .execute()
}
