/** Whether a backup can be restored here: it fills the database of the home itself. */
import { HomebirdError } from '../../core/errors.ts'
import { SETTINGS } from '../../core/settings.ts'
import { type GroundSources, readSettings } from '../ground.ts'

/**
 * What the settings kept in the home say goes with the home; what is set from outside would count for the restored one too.
 * @throws HomebirdError SETTING_INVALID
 */
export function requireOwnDatabase(sources: GroundSources): void {
  const { loaded } = readSettings(sources)
  const origin = loaded.origins.databaseUrl
  if (loaded.config.databaseUrl === null || origin.from === 'settings store' || origin.from === 'sealed')
    return
  const said = 'variable' in origin ? origin.variable : SETTINGS.databaseUrl.env
  throw new HomebirdError(
    'SETTING_INVALID',
    `${said} names an external database, and a backup is restored into the database of the home itself; take ${said} away, restore, and start without it`,
  )
}
