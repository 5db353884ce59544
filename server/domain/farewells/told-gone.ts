/**
 * Whether others took the identities of this home for deleted: so it is where a home comes back from a backup of before its
 * farewell. What was told cannot be taken back; who runs the home is told.
 */
import type { Querier, Transaction } from '../../db/pool.ts'

const KEY = 'told_gone'

/** @param at  of the restoring. The last time counts */
export async function noteToldGone(tx: Transaction, at: Date): Promise<void> {
  await tx
    .insertInto('home_settings')
    .values({ key: KEY, value: JSON.stringify({ at: at.toISOString() }), changed_at: at })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((excluded) => ({
        value: excluded.ref('excluded.value'),
        changed_at: excluded.ref('excluded.changed_at'),
      })),
    )
    .execute()
}

/** When the home came back; null where nobody was told that it is gone. */
export async function readToldGone(db: Querier): Promise<Date | null> {
  const row = await db
    .selectFrom('home_settings')
    .select('changed_at')
    .where('key', '=', KEY)
    .executeTakeFirst()
  return row?.changed_at ?? null
}
