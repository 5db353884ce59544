/** The tables of what is read from the collections of others, and of absences of this home, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely'
import type { Nullable, NullableMoment, StateColumns } from './column-types.ts'

type GivenMoment = ColumnType<Date, Date | string, Date | string>

interface FeaturedHashtagsTable {
  id: Generated<string>
  actor_id: string
  hashtag_id: string
  name: string
}

interface FeaturedChangesTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  post_id: Nullable<string>
  hashtag: Nullable<string>
}

interface ProfileReadingsTable extends StateColumns {
  /** Of the actor. */
  id: string
  host: string
  read_at: NullableMoment
}

interface AbsencesTable extends StateColumns {
  id: Generated<string>
  left_at: GivenMoment
  returned_at: GivenMoment
  outboxes: Nullable<number>
  outboxes_done: Generated<number>
  greeted: Nullable<number>
}

interface HeartbeatsTable {
  id: Generated<number>
  beat_at: GivenMoment
}

interface OutboxSweepsTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  host: string
  purpose: 'history' | 'catch_up'
  absence_id: Nullable<string>
  next_page_uri: Nullable<string>
  until_at: NullableMoment
  fills_timelines: Generated<boolean>
  pages_read: Generated<number>
  posts_found: Generated<number>
}

interface OriginListsTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  side: 'followers' | 'following'
  host: string
  next_page_uri: Nullable<string>
  pages_read: Generated<number>
  entries: Generated<number>
}

interface OriginListEntriesTable {
  list_id: string
  place: number
  uri: string
  actor_id: Nullable<string>
  is_tried: Generated<boolean>
}

export interface CollectionTables {
  featured_hashtags: FeaturedHashtagsTable
  featured_changes: FeaturedChangesTable
  profile_readings: ProfileReadingsTable
  absences: AbsencesTable
  heartbeats: HeartbeatsTable
  outbox_sweeps: OutboxSweepsTable
  origin_lists: OriginListsTable
  origin_list_entries: OriginListEntriesTable
}
