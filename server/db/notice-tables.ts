/** The tables of what is told of and to whom, and of conversations, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Moment, Nullable, NullableMoment } from './column-types.ts'

interface NotificationsTable {
  id: Generated<string>
  actor_id: string
  kind: string
  from_actor_id: string
  post_id: Nullable<string>
  interaction_id: Nullable<string>
  report_id: Nullable<string>
  severance_id: Nullable<string>
  group_key: Nullable<string>
  is_filtered: Generated<boolean>
  created_at: Moment
  dismissed_at: NullableMoment
}

export type SeveranceKind = 'domain_block' | 'user_domain_block' | 'account_suspension'

interface SeverancesTable {
  id: Generated<string>
  actor_id: string
  kind: SeveranceKind
  target: string
  followers_count: number
  following_count: number
  is_purged: Generated<boolean>
  created_at: Moment
}

/** What becomes of notifications of strangers: they are shown, wait for the owner's word, or are not even made. */
export type PolicyWord = 'accept' | 'filter' | 'drop'

interface NotificationPoliciesTable {
  actor_id: string
  for_not_following: Generated<PolicyWord>
  for_not_followers: Generated<PolicyWord>
  for_new_accounts: Generated<PolicyWord>
  for_private_mentions: Generated<PolicyWord>
  for_limited_accounts: Generated<PolicyWord>
}

interface NotificationPermissionsTable {
  actor_id: string
  from_actor_id: string
  created_at: Moment
}

interface NotificationRequestsTable {
  id: Generated<string>
  actor_id: string
  from_actor_id: string
  created_at: Moment
  updated_at: Moment
}

interface ConversationsTable {
  id: Generated<string>
  actor_id: string
  thread_id: string
  participant_ids: string[]
  participants_key: string
  last_post_id: Nullable<string>
  is_unread: Generated<boolean>
}

interface ConversationPostsTable {
  conversation_id: string
  post_id: string
}

export interface NoticeTables {
  notifications: NotificationsTable
  severances: SeverancesTable
  notification_policies: NotificationPoliciesTable
  notification_permissions: NotificationPermissionsTable
  notification_requests: NotificationRequestsTable
  conversations: ConversationsTable
  conversation_posts: ConversationPostsTable
}
