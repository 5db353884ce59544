/** The tables as Kysely sees them; the truth is in `migrations/`. Ids are 64-bit and travel as strings. */
import type { ColumnType, Generated, JSONColumnType, Selectable } from 'kysely'
import type { Json, Moment, Nullable, NullableMoment } from './column-types.ts'
import type {
  IdempotencyKeysTable,
  MarkersTable,
  OauthAppsTable,
  OauthCodesTable,
  OauthTokensTable,
  OrderedPostMarkTable,
} from './client-tables.ts'

/** The columns by which Stator moves a row on. */
export interface StateColumns {
  state: Generated<string>
  state_changed_at: Moment
  /** Null where nothing moves the row on by itself. */
  state_next_attempt_at: NullableMoment
  /** 0 is the owner's own work, 1 everything else. */
  state_priority: Generated<number>
  state_locked_until: NullableMoment
  state_lock_token: Nullable<string>
  state_attempts: Generated<number>
  /** Errors that the handler threw one after the other in this state. */
  state_errors: Generated<number>
  /** Leases that ran out one after the other in this state because their process died. */
  state_deaths: Generated<number>
  state_error: Nullable<string>
}

export type Visibility = 'public' | 'unlisted' | 'followers' | 'direct'

export interface StoredField {
  readonly name: string
  /** Sanitised HTML. */
  readonly value: string
  /** As the owner wrote it; identities only. */
  readonly source?: string
  readonly verifiedAt?: string | null
}

export interface StoredEmoji {
  readonly shortcode: string
  readonly url: string
  readonly uri?: string
}

export interface HomeSettingsTable {
  key: string
  value: JSONColumnType<object>
  changed_at: Moment
}

export interface OwnerTable {
  id: Generated<number>
  password_hash: string
  password_changed_at: Moment
  created_at: Moment
}

export interface OwnerSessionsTable {
  token_hash: Buffer
  public_id: Generated<string>
  user_agent: string
  created_at: Moment
  last_used_at: Moment
  expires_at: Moment
}

export interface DomainsTable {
  id: Generated<string>
  domain: string
  service_host: string
  is_primary: Generated<boolean>
  created_at: Moment
}

export interface PeersTable extends StateColumns {
  host: string
  software: Nullable<string>
  software_version: Nullable<string>
  node_info_at: NullableMoment
  prefers_rfc9421: Nullable<boolean>
  first_seen_at: Moment
  last_success_at: NullableMoment
  last_failure_at: NullableMoment
  failures: Generated<number>
  failing_since: NullableMoment
  last_error: Nullable<string>
  retry_at: NullableMoment
  unavailable_at: NullableMoment
}

export interface DomainBlocksTable {
  domain: string
  comment: Generated<string>
  created_at: Moment
}

export interface StatorCountsTable {
  graph: string
  grain: 'minute' | 'hour' | 'day' | 'month'
  starts_at: Moment
  queued: Generated<number>
  handled: Generated<number>
  failed: Generated<number>
}

export interface ActorsTable extends StateColumns {
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
  also_known_as: Generated<string[]>
  moved_to_uri: Nullable<string>
  is_locked: Generated<boolean>
  is_discoverable: Generated<boolean>
  is_indexable: Generated<boolean>
  hides_collections: Generated<boolean>
  default_visibility: Generated<Visibility>
  default_sensitive: Generated<boolean>
  default_language: Nullable<string>
  followers_count: Generated<number>
  following_count: Generated<number>
  posts_count: Generated<number>
  last_post_at: NullableMoment
  published_at: NullableMoment
  fetched_at: NullableMoment
  gone_at: NullableMoment
  suspended_at: NullableMoment
  created_at: Moment
}

export interface ActorKeysTable {
  key_uri: string
  actor_id: string
  algorithm: 'rsa' | 'ed25519'
  public_key_pem: string
  private_key_pem: Nullable<string>
  fetched_at: Moment
  revoked_at: NullableMoment
}

export interface FollowsTable extends StateColumns {
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

export interface BlocksTable extends StateColumns {
  id: Generated<string>
  uri: string
  source_id: string
  target_id: string
  is_mute: Generated<boolean>
  hides_notifications: Generated<boolean>
  expires_at: NullableMoment
  created_at: Moment
}

export interface PostsTable extends StateColumns {
  id: Generated<string>
  uri: string
  author_id: string
  is_local: Generated<boolean>
  kind: Generated<string>
  boost_of_id: Nullable<string>
  page_url: Nullable<string>
  title: Nullable<string>
  content_html: Generated<string>
  content_source: Nullable<string>
  content_text: Generated<string>
  summary: Generated<string>
  is_sensitive: Generated<boolean>
  language: Nullable<string>
  visibility: Visibility
  in_reply_to_uri: Nullable<string>
  in_reply_to_id: Nullable<string>
  in_reply_to_author_id: Nullable<string>
  conversation_id: string
  emojis: Json<readonly StoredEmoji[]>
  application_id: Nullable<string>
  published_at: ColumnType<Date, Date | string, Date | string>
  edited_at: NullableMoment
  created_at: Moment
  fetched_at: NullableMoment
  deleted_at: NullableMoment
  replies_count: Generated<number>
  boosts_count: Generated<number>
  likes_count: Generated<number>
}

export interface PostEditsTable {
  id: Generated<string>
  post_id: string
  content_html: string
  content_source: Nullable<string>
  summary: string
  is_sensitive: boolean
  emojis: Json<readonly StoredEmoji[]>
  attachments: Json<readonly object[]>
  edited_at: ColumnType<Date, Date | string, Date | string>
}

export interface MentionsTable {
  post_id: string
  actor_id: string
  is_silent: Generated<boolean>
}

export interface HashtagsTable {
  id: Generated<string>
  name: string
  display_name: string
  created_at: Moment
}

export interface PostHashtagsTable {
  post_id: string
  hashtag_id: string
}

export interface AttachmentsTable {
  id: Generated<string>
  post_id: Nullable<string>
  owner_actor_id: Nullable<string>
  position: Generated<number>
  kind: 'image' | 'video' | 'gifv' | 'audio' | 'unknown'
  media_type: string
  remote_url: Nullable<string>
  remote_preview_url: Nullable<string>
  file_key: Nullable<string>
  preview_key: Nullable<string>
  description: Nullable<string>
  blurhash: Nullable<string>
  width: Nullable<number>
  height: Nullable<number>
  focus_x: Nullable<number>
  focus_y: Nullable<number>
  duration_seconds: Nullable<number>
  created_at: Moment
}

export interface InteractionsTable extends StateColumns {
  id: Generated<string>
  uri: string
  kind: 'like'
  actor_id: string
  post_id: string
  created_at: Moment
}

export interface TombstonesTable {
  uri: string
  deleted_by: Generated<string>
  former_kind: Generated<string>
  deleted_at: Moment
  expires_at: NullableMoment
}

export interface TimelineEntriesTable {
  actor_id: string
  post_id: string
}

export interface NotificationsTable {
  id: Generated<string>
  actor_id: string
  kind: string
  from_actor_id: string
  post_id: Nullable<string>
  created_at: Moment
  dismissed_at: NullableMoment
}

export interface InboxMessagesTable extends StateColumns {
  id: Generated<string>
  signer_uri: string
  activity_id: string
  activity_type: string
  host: string
  body: Nullable<string>
  received_at: Moment
  dropped_because: Nullable<string>
}

export interface OutboundActivitiesTable {
  id: Generated<string>
  activity_uri: string
  activity_type: string
  actor_id: string
  object_uri: string
  body: string
  created_at: Moment
}

export interface MissingInboxesTable {
  inbox_uri: string
  days: Generated<number>
  last_day: Moment
}

export interface FanOutsTable extends StateColumns {
  id: Generated<string>
  activity_id: string
  inbox_uri: string
  host: string
  object_uri: string
  has_elder: Generated<boolean>
  created_at: Moment
}

export interface ThreadMutesTable {
  actor_id: string
  conversation_id: string
  created_at: Moment
}

export interface ActorNotesTable {
  actor_id: string
  about_id: string
  note: string
  updated_at: Moment
}

export interface Tables {
  home_settings: HomeSettingsTable
  owner: OwnerTable
  owner_sessions: OwnerSessionsTable
  domains: DomainsTable
  peers: PeersTable
  domain_blocks: DomainBlocksTable
  stator_counts: StatorCountsTable
  actors: ActorsTable
  actor_keys: ActorKeysTable
  follows: FollowsTable
  blocks: BlocksTable
  posts: PostsTable
  post_edits: PostEditsTable
  mentions: MentionsTable
  hashtags: HashtagsTable
  post_hashtags: PostHashtagsTable
  attachments: AttachmentsTable
  interactions: InteractionsTable
  tombstones: TombstonesTable
  timeline_entries: TimelineEntriesTable
  notifications: NotificationsTable
  inbox_messages: InboxMessagesTable
  outbound_activities: OutboundActivitiesTable
  missing_inboxes: MissingInboxesTable
  fan_outs: FanOutsTable
  oauth_apps: OauthAppsTable
  oauth_tokens: OauthTokensTable
  oauth_codes: OauthCodesTable
  idempotency_keys: IdempotencyKeysTable
  bookmarks: OrderedPostMarkTable
  pins: OrderedPostMarkTable
  markers: MarkersTable
  thread_mutes: ThreadMutesTable
  actor_notes: ActorNotesTable
}

/** A row as it is read. */
export type Row<T extends keyof Tables> = Selectable<Tables[T]>
