/** The tables of the home itself: its settings, its owner, its domains, what Stator counts. */
import type { Generated, JSONColumnType } from 'kysely'
import type { Moment, NullableMoment } from './column-types.ts'

interface HomeSettingsTable {
  key: string
  value: JSONColumnType<object>
  changed_at: Moment
}

interface OwnerTable {
  id: Generated<number>
  password_hash: string
  password_changed_at: Moment
  created_at: Moment
}

interface OwnerSessionsTable {
  token_hash: Buffer
  public_id: Generated<string>
  user_agent: string
  created_at: Moment
  last_used_at: Moment
  expires_at: Moment
  kind: Generated<'window' | 'public'>
  proved_at: NullableMoment
}

interface DomainsTable {
  id: Generated<string>
  domain: string
  service_host: string
  is_primary: Generated<boolean>
  created_at: Moment
}

interface StatorCountsTable {
  graph: string
  grain: 'minute' | 'hour' | 'day' | 'month'
  starts_at: Moment
  queued: Generated<number>
  handled: Generated<number>
  failed: Generated<number>
}

export interface HomeTables {
  home_settings: HomeSettingsTable
  owner: OwnerTable
  owner_sessions: OwnerSessionsTable
  domains: DomainsTable
  stator_counts: StatorCountsTable
}
