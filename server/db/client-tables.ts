/** The tables of apps, their grants and what readers keep, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely'
import type { Moment, Nullable, NullableMoment } from './column-types.ts'

interface OauthAppsTable {
  id: Generated<string>
  client_id: string
  client_secret_hash: Buffer
  name: string
  website: Nullable<string>
  redirect_uris: string[]
  scopes: string[]
  created_at: Moment
  is_personal: Generated<boolean>
}

interface OauthTokensTable {
  id: Generated<string>
  token_hash: Buffer
  app_id: string
  actor_id: Nullable<string>
  scopes: string[]
  created_at: Moment
  last_used_at: NullableMoment
  revoked_at: NullableMoment
}

interface OauthCodesTable {
  code_hash: Buffer
  app_id: string
  actor_id: string
  redirect_uri: string
  scopes: string[]
  code_challenge: Nullable<string>
  created_at: Moment
  expires_at: ColumnType<Date, Date | string, Date | string>
  used_at: NullableMoment
  token_id: Nullable<string>
}

interface IdempotencyKeysTable {
  holder: string
  key: string
  post_id: Nullable<string>
  scheduled_id: Nullable<string>
  created_at: Moment
}

interface OrderedPostMarkTable {
  actor_id: string
  post_id: string
  id: Generated<string>
}

interface MarkersTable {
  actor_id: string
  timeline: 'home' | 'notifications'
  last_read_id: string
  version: Generated<number>
  updated_at: Moment
}

export interface ClientTables {
  oauth_apps: OauthAppsTable
  oauth_tokens: OauthTokensTable
  oauth_codes: OauthCodesTable
  idempotency_keys: IdempotencyKeysTable
  bookmarks: OrderedPostMarkTable
  pins: OrderedPostMarkTable
  markers: MarkersTable
}
