/** Whether a backup can be restored here: it fills the database of the home itself. */
import { HomebirdError } from '../../core/errors.ts'
import { type GroundSources, readSettings } from '../ground.ts'

/**
 * What the settings kept in the home say goes with the home; what is set from outside would count for the restored one too.
 * @throws HomebirdError SETTING_INVALID
 */
export function requireOwnDatabase(sources: GroundSources): void {
  const { loaded } = readSettings(sources)
  const { from } = loaded.origins.databaseUrl
  if (loaded.config.databaseUrl === null || from === 'settings store' || from === 'sealed') return
  throw new HomebirdError(
    'SETTING_INVALID',
    'HOMEBIRD_DATABASE_URL names an external database, and a backup is restored into the database of the home itself; take the variable away, restore, and start without it',
  )
}
