/** The copy of the preferences in this browser. */
import { type Preferences, completePreferences } from '../../server/contracts/preferences.ts'
import { type KeyValueStorage, readStored } from './key-value-storage.ts'

export const PREFERENCES_KEY = 'homebird.preferences'

/** Whole, whatever was kept: what is missing or odd is as it is at first. */
export function readKeptPreferences(storage: KeyValueStorage): Preferences {
  const kept = readStored(storage, PREFERENCES_KEY)
  return completePreferences(
    typeof kept === 'object' && kept !== null ? (kept as Readonly<Record<string, unknown>>) : {},
  )
}
