/** The tables of actors and of what is between two of them, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely'
import type {
  Json,
  Moment,
  Nullable,
  NullableMoment,
  StateColumns,
  StoredEmoji,
  StoredField,
  Visibility,
} from './column-types.ts'
import type { QuotePolicy } from './quote-tables.ts'

interface ActorsTable extends StateColumns {
  id: Generated<string>
  uri: string
  kind: Generated<string>
  domain_id: Nullable<string>
  is_local: ColumnType<boolean, never, never>
  is_instance_actor: Generated<boolean>
  host: string
  username: string
  handle_domain: string
  display_name: Generated<string>
  bio_html: Generated<string>
  bio_source: Generated<string>
  page_url: Nullable<string>
  icon_url: Nullable<string>
  icon_description: Generated<string>
  header_url: Nullable<string>
  header_description: Generated<string>
  fields: Json<readonly StoredField[]>
  emojis: Json<readonly StoredEmoji[]>
  inbox_uri: string
  shared_inbox_uri: Nullable<string>
  outbox_uri: Nullable<string>
  followers_uri: Nullable<string>
  following_uri: Nullable<string>
  featured_uri: Nullable<string>
  featured_tags_uri: Nullable<string>
  also_known_as: Generated<string[]>
  moved_to_uri: Nullable<string>
  is_locked: Generated<boolean>
  is_discoverable: Generated<boolean>
  is_indexable: Generated<boolean>
  hides_collections: Generated<boolean>
  attribution_domains: Generated<string[]>
  is_memorial: Generated<boolean>
  keeps_blocks_private: Generated<boolean>
  default_visibility: Generated<Visibility>
  default_sensitive: Generated<boolean>
  default_language: Nullable<string>
  default_quote_policy: Generated<QuotePolicy>
  followers_count: Generated<number>
  following_count: Generated<number>
  posts_count: Generated<number>
  origin_posts_count: Nullable<number>
  last_post_at: NullableMoment
  published_at: NullableMoment
  fetched_at: NullableMoment
  gone_at: NullableMoment
  suspended_at: NullableMoment
  /** Kept by the database: the host or the handle is of a blocked domain. Never for own actors. */
  is_domain_blocked: ColumnType<boolean, never, never>
  /** Of own identities: what their public pages show. */
  shows_follows: Generated<boolean>
  shows_counts: Generated<boolean>
  offers_search: Generated<boolean>
  has_feeds: Generated<boolean>
  created_at: Moment
}

interface ActorKeysTable {
  key_uri: string
  actor_id: string
  algorithm: 'rsa' | 'ed25519'
  public_key_pem: string
  private_key_pem: Nullable<string>
  fetched_at: Moment
  revoked_at: NullableMoment
  is_assertion_method: Generated<boolean>
}

interface FollowsTable extends StateColumns {
  id: Generated<string>
  uri: string
  source_id: string
  target_id: string
  shows_boosts: Generated<boolean>
  notifies: Generated<boolean>
  languages: Nullable<string[]>
  created_at: Moment
  accepted_at: NullableMoment
}

interface BlocksTable extends StateColumns {
  id: Generated<string>
  uri: string
  source_id: string
  target_id: string
  is_mute: Generated<boolean>
  hides_notifications: Generated<boolean>
  expires_at: NullableMoment
  is_private: Generated<boolean>
  created_at: Moment
}

interface ActorNotesTable {
  actor_id: string
  about_id: string
  note: string
  updated_at: Moment
}

export interface ActorTables {
  actors: ActorsTable
  actor_keys: ActorKeysTable
  follows: FollowsTable
  blocks: BlocksTable
  actor_notes: ActorNotesTable
}
