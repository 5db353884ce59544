/** The tables of lists and of what they hold, as Kysely sees them. */
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

export interface ListTables {
  lists: ListsTable
  list_members: ListMembersTable
  list_entries: ListEntriesTable
}
