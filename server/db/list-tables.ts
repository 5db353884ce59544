/** The tables of lists, of what they hold, and of followed hashtags, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Moment } from './column-types.ts'

export type RepliesPolicy = 'followed' | 'list' | 'none'

interface ListsTable {
  id: Generated<string>
  actor_id: string
  title: string
  replies_policy: Generated<RepliesPolicy>
  is_exclusive: Generated<boolean>
  created_at: Moment
}

interface ListMembersTable {
  list_id: string
  member_id: string
}

interface ListEntriesTable {
  list_id: string
  post_id: string
  member_id: string
}

interface FollowedHashtagsTable {
  id: Generated<string>
  actor_id: string
  hashtag_id: string
  created_at: Moment
}

export interface ListTables {
  followed_hashtags: FollowedHashtagsTable
  lists: ListsTable
  list_members: ListMembersTable
  list_entries: ListEntriesTable
}
