/** The tables of polls, their votes, and of posts that wait for their time, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely'
import type { QuotePolicy } from './quote-tables.ts'
import type { Moment, Nullable, NullableMoment, StateColumns, Visibility } from './column-types.ts'

interface PollsTable extends StateColumns {
  id: string
  is_local: Generated<boolean>
  host: Generated<string>
  is_multiple: boolean
  hides_totals: Generated<boolean>
  ends_at: NullableMoment
  closed_at: NullableMoment
  voters_count: Nullable<number>
  fetched_at: NullableMoment
}

interface PollOptionsTable {
  poll_id: string
  position: number
  title: string
  votes_count: Generated<number>
}

interface PollVotesTable extends StateColumns {
  id: Generated<string>
  uri: string
  poll_id: string
  is_multiple: boolean
  actor_id: string
  position: number
  created_at: Moment
}

/** A poll as its author asked for it; it begins when its post is published. */
export interface StoredPollDraft {
  readonly options: readonly string[]
  readonly expiresInSeconds: number
  readonly isMultiple: boolean
  readonly hidesTotals: boolean
}

interface ScheduledPostsTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  application_id: Nullable<string>
  scheduled_at: ColumnType<Date, Date | string, Date | string>
  text: string
  summary: Generated<string>
  is_sensitive: boolean
  language: Nullable<string>
  visibility: Visibility
  in_reply_to_id: Nullable<string>
  quoted_id: Nullable<string>
  quote_policy: Nullable<QuotePolicy>
  attachment_ids: Generated<string[]>
  poll: ColumnType<StoredPollDraft | null, string | null | undefined, string | null>
  created_at: Moment
  post_id: Nullable<string>
  failure: Nullable<string>
}

export interface PollTables {
  polls: PollsTable
  poll_options: PollOptionsTable
  poll_votes: PollVotesTable
  scheduled_posts: ScheduledPostsTable
}
