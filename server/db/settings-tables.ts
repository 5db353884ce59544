/** The table of what the owner prefers. */
import type { JSONColumnType } from 'kysely'
import type { Moment } from './column-types.ts'

interface OwnerPreferencesTable {
  name: string
  value: JSONColumnType<object>
  changed_at: Moment
}

export interface SettingsTables {
  owner_preferences: OwnerPreferencesTable
}
