/** The tables by which threads are made whole and posts are read again, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely'
import type { Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface ThreadFetchesTable extends StateColumns {
  id: Generated<string>
  conversation_id: string
  host: string
  actor_id: Nullable<string>
  with_replies: boolean
  asked_at: Moment
  done_at: NullableMoment
  posts_stored: Generated<number>
  documents_read: Generated<number>
  pages_read: Generated<number>
  items_listed: Generated<number>
  remaining: Generated<number>
  last_error: Nullable<string>
}

interface ThreadFindsTable {
  thread_id: string
  uri: string
  kind: 'parent' | 'post' | 'page'
  host: string
  depth: number
  place: ColumnType<string, never, never>
  tries: Generated<number>
  retry_at: NullableMoment
  read_at: NullableMoment
  refusal: Nullable<string>
}

interface PostRefreshesTable extends StateColumns {
  id: Generated<string>
  post_id: string
  host: string
}

export interface ThreadTables {
  thread_fetches: ThreadFetchesTable
  thread_finds: ThreadFindsTable
  post_refreshes: PostRefreshesTable
}
