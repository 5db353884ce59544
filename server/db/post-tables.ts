/** The tables of posts and of what hangs on them, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely'
import type {
  Json,
  Moment,
  Nullable,
  NullableMoment,
  StateColumns,
  StoredEmoji,
  Visibility,
} from './column-types.ts'

interface PostsTable extends StateColumns {
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
  replies_link: Nullable<string>
  origin_replies: Nullable<number>
  origin_boosts: Nullable<number>
  origin_likes: Nullable<number>
  missing_since: NullableMoment
  /** Null where the post does not say. */
  quote_automatic: Nullable<string[]>
  quote_manual: Nullable<string[]>
  amended_at: NullableMoment
  /** Of an own post that was deleted: ids of whoever elsewhere had boosted it. */
  boosted_by: Nullable<string[]>
  /** Page of the post where it was before, of one that was brought along from there. */
  imported_from: Nullable<string>
}

interface PostEditsTable {
  id: Generated<string>
  post_id: string
  content_html: string
  content_source: Nullable<string>
  summary: string
  is_sensitive: boolean
  emojis: Json<readonly StoredEmoji[]>
  attachments: Json<readonly object[]>
  poll_options: Nullable<string[]>
  edited_at: ColumnType<Date, Date | string, Date | string>
}

interface MentionsTable {
  post_id: string
  actor_id: string
  is_silent: Generated<boolean>
}

/** Uses on one day: midnight UTC, in seconds since 1970. */
export interface HashtagDay {
  readonly day: number
  readonly uses: number
  readonly accounts: number
}

interface HashtagsTable extends StateColumns {
  id: Generated<string>
  name: string
  display_name: string
  created_at: Moment
  uses_count: Generated<number>
  history: Json<readonly HashtagDay[]>
}

interface PostHashtagsTable {
  post_id: string
  hashtag_id: string
  /** Whether the post has files; kept by the database. */
  has_media: Generated<boolean>
}

interface PostLinksTable {
  /** Of the address, by `link_key`. */
  link: string
  post_id: string
}

interface AttachmentsTable {
  id: Generated<string>
  post_id: Nullable<string>
  scheduled_id: Nullable<string>
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
  former_post_id: Nullable<string>
  preview_width: Nullable<number>
  preview_height: Nullable<number>
  frame_rate: Nullable<number>
  bitrate: Nullable<number>
}

interface InteractionsTable extends StateColumns {
  id: Generated<string>
  uri: string
  kind: 'like' | 'reaction'
  actor_id: string
  post_id: string
  emoji: Nullable<string>
  emoji_id: Nullable<string>
  sent_as: Nullable<'Like' | 'EmojiReact'>
  created_at: Moment
}

interface TombstonesTable {
  uri: string
  deleted_by: Generated<string>
  former_kind: Generated<string>
  deleted_at: Moment
  expires_at: NullableMoment
}

interface TimelineEntriesTable {
  actor_id: string
  post_id: string
  /** In an exclusive list, and not in the home timeline. */
  is_aside: Generated<boolean>
}

interface LeftEntriesTable {
  actor_id: string
  post_id: string
  followed_id: string
  left_at: Date
}

interface ThreadMutesTable {
  actor_id: string
  conversation_id: string
  created_at: Moment
}

export interface PostTables {
  posts: PostsTable
  post_edits: PostEditsTable
  mentions: MentionsTable
  hashtags: HashtagsTable
  post_hashtags: PostHashtagsTable
  post_links: PostLinksTable
  attachments: AttachmentsTable
  interactions: InteractionsTable
  tombstones: TombstonesTable
  timeline_entries: TimelineEntriesTable
  left_entries: LeftEntriesTable
  thread_mutes: ThreadMutesTable
}
