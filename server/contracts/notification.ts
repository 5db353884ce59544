/** What somebody did that concerns an identity of this home. */
import type { Account } from './account.ts'
import type { EmojiReaction } from './emoji-reaction.ts'
import type { Report } from './report.ts'
import type { Status } from './status.ts'

export const NOTIFICATION_TYPES = [
  'mention',
  'status',
  'reblog',
  'follow',
  'follow_request',
  'favourite',
  'poll',
  'update',
  'quote',
  'quoted_update',
  'emoji_reaction',
  'admin.report',
  'severed_relationships',
] as const

export type NotificationType = (typeof NOTIFICATION_TYPES)[number]

export interface Notification {
  readonly id: string
  readonly type: NotificationType
  readonly group_key: string
  readonly created_at: string
  readonly account: Account
  /** With the types that are about a status. */
  readonly status?: Status
  /** Of a reaction, also where it is told as a favourite. */
  readonly emoji_reaction?: EmojiReaction
  /** The same for apps of Pleroma: the emoji, or `:name:`, with the picture of a custom one. */
  readonly emoji?: string
  readonly emoji_url?: string
  /** With `admin.report`. */
  readonly report?: Report
  /** With `severed_relationships`. */
  readonly event?: SeveranceEvent
}

/** What ended follows without one's doing. */
export interface SeveranceEvent {
  readonly id: string
  readonly type: 'domain_block' | 'user_domain_block' | 'account_suspension'
  /** Whoever it was is not kept here any more. */
  readonly purged: boolean
  /** The domain, or `name@domain`. */
  readonly target_name: string
  readonly followers_count: number
  readonly following_count: number
  readonly created_at: string
}

type MoreOfGroup = Pick<Notification, 'emoji_reaction' | 'emoji' | 'emoji_url' | 'report' | 'event'>

export interface NotificationGroup extends MoreOfGroup {
  readonly group_key: string
  readonly notifications_count: number
  readonly type: NotificationType
  /** A number and no text, as other servers write it: several apps read nothing else. */
  readonly most_recent_notification_id: number
  /** In pages only. */
  readonly page_min_id?: string
  readonly page_max_id?: string
  readonly latest_page_notification_at?: string
  readonly sample_account_ids: readonly string[]
  readonly status_id?: string
}

/** What a row of pictures needs of an account. */
export type PartialAccount = Pick<
  Account,
  'id' | 'acct' | 'locked' | 'bot' | 'url' | 'avatar' | 'avatar_static'
>

export interface GroupedNotifications {
  readonly accounts: readonly Account[]
  /** Where partial ones were asked for: those that are not among the accounts. */
  readonly partial_accounts?: readonly PartialAccount[]
  readonly statuses: readonly Status[]
  readonly notification_groups: readonly NotificationGroup[]
}

/** Somebody whose notifications wait. */
export interface NotificationRequest {
  readonly id: string
  readonly created_at: string
  readonly updated_at: string
  readonly notifications_count: string
  readonly account: Account
  readonly last_status: Status | null
}

type PolicyWord = 'accept' | 'filter' | 'drop'

interface PendingSummary {
  readonly pending_requests_count: number
  readonly pending_notifications_count: number
}

/** Whose notifications are shown, wait, or are not even made. */
export interface NotificationPolicy {
  readonly for_not_following: PolicyWord
  readonly for_not_followers: PolicyWord
  readonly for_new_accounts: PolicyWord
  readonly for_private_mentions: PolicyWord
  readonly for_limited_accounts: PolicyWord
  readonly summary: PendingSummary
}

/** The same in its first form. */
export interface NotificationPolicyV1 {
  readonly filter_not_following: boolean
  readonly filter_not_followers: boolean
  readonly filter_new_accounts: boolean
  readonly filter_private_mentions: boolean
  readonly summary: PendingSummary
}

/** Read position in one timeline. */
export interface Marker {
  readonly last_read_id: string
  readonly version: number
  readonly updated_at: string
}

export type Markers = Partial<Readonly<Record<'home' | 'notifications', Marker>>>
