/** What the owner prefers, kept by name in the database, so that it is the same in every window and outlives all of them. */
import {
  type Preferences,
  completePreferences,
  fitsPreference,
  isPreferenceName,
} from '../../contracts/preferences.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'

/** One statement. What is not understood counts as not said. */
export async function readPreferences(db: Querier): Promise<Preferences> {
  const rows = await db.selectFrom('owner_preferences').select(['name', 'value']).execute()
  return completePreferences(Object.fromEntries(rows.map(({ name, value }) => [name, value])))
}

/**
 * @param edit  by name; what is left out stays as it is, null goes back to what it is at first
 * @throws HomebirdError UNPROCESSABLE for a name that there is not, and for a value that it may not have; nothing is
 *   changed then
 */
export async function editPreferences(
  tx: Transaction,
  edit: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<void> {
  // In one order, so that two windows that change several at once do not wait for each other.
  const entries = Object.entries(edit).toSorted(([one], [other]) => (one < other ? -1 : 1))
  for (const [name, value] of entries) {
    if (!isPreferenceName(name)) throw refused(`there is no preference ${JSON.stringify(name.slice(0, 60))}`)
    if (value !== null && !fitsPreference(name, value)) {
      throw refused(`${name} cannot be ${JSON.stringify(value).slice(0, 100)}`)
    }
  }
  const gone = entries.flatMap(([name, value]) => (value === null ? [name] : []))
  const said = entries.flatMap(([name, value]) =>
    value === null ? [] : [{ name, value: JSON.stringify(value), changed_at: now }],
  )
  if (gone.length > 0) await tx.deleteFrom('owner_preferences').where('name', 'in', gone).execute()
  if (said.length === 0) return
  await tx
    .insertInto('owner_preferences')
    .values(said)
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((row) => ({
        value: row.ref('excluded.value'),
        changed_at: row.ref('excluded.changed_at'),
      })),
    )
    .execute()
}

function refused(flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
}
