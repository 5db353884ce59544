/**
 * Erases what a home held, once everybody is told that its owner is gone. What answers for the dead stays: the names with
 * their addresses, the tombstones of posts, and the sign-in of the owner, who may want to know how it went.
 */
import { sql } from 'kysely'
import { emptyTables } from '../../db/empty-tables.ts'
import type { Database } from '../../db/pool.ts'
import { inTransaction, notify } from '../../db/transaction.ts'

/** Everything else is emptied, what later versions add too. */
export const KEPT_TABLES: readonly string[] = [
  'schema_migrations',
  'farewells',
  'actors',
  'actor_keys',
  'domains',
  'tombstones',
  'edges',
  'owner',
  'owner_sessions',
  'owner_preferences',
  'home_settings',
  'known_devices',
  'totp_keys',
  'recovery_codes',
  'passkeys',
  'passkey_links',
  'used_challenges',
  // What was made to take along.
  'exports',
  // Files are taken away by whoever knows where they lie.
  'media_files',
  'dropped_media',
  'purge_target',
  'purges',
]

const ACTORS_PER_STEP = 2_000

/** May run twice. @returns when nothing is left, or false where it was stopped before */
export async function eraseHome(db: Database, signal: AbortSignal): Promise<boolean> {
  // In one go: they name each other. Readers of this moment are waited for.
  await inTransaction(db, async (tx) => emptyTables(tx, KEPT_TABLES))
  for (;;) {
    if (signal.aborted) return false
    const { numAffectedRows = 0n } = await sql`
      delete from actors where id in (
        select id from actors where domain_id is null and not is_instance_actor limit ${ACTORS_PER_STEP})`.execute(
      db,
    )
    if (numAffectedRows === 0n) break
  }
  await inTransaction(db, async (tx) => {
    await sql`delete from tombstones where deleted_by <> ''`.execute(tx)
    // Nobody shall ever sign as somebody who has left.
    await sql`
      update actor_keys set private_key_pem = null
       where actor_id in (select id from actors where gone_at is not null and not is_instance_actor)`.execute(
      tx,
    )
    await sql`update actors set also_known_as = '{}', moved_to_uri = null where gone_at is not null`.execute(
      tx,
    )
    for (const what of ['keys', 'domain_blocks', 'blocks', 'filters', 'markers'])
      await notify(tx, 'changed', what)
  })
  return true
}
