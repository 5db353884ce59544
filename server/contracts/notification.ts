/** What somebody did that concerns an identity of this home. */
import type { Account } from './account.ts'
import type { EmojiReaction } from './emoji-reaction.ts'
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
}

export interface NotificationGroup {
  readonly group_key: string
  readonly notifications_count: number
  readonly type: NotificationType
  readonly most_recent_notification_id: string
  readonly page_min_id: string
  readonly page_max_id: string
  readonly latest_page_notification_at: string
  readonly sample_account_ids: readonly string[]
  readonly status_id?: string
}

export interface GroupedNotifications {
  readonly accounts: readonly Account[]
  readonly statuses: readonly Status[]
  readonly notification_groups: readonly NotificationGroup[]
}

/** Read position in one timeline. */
export interface Marker {
  readonly last_read_id: string
  readonly version: number
  readonly updated_at: string
}

export type Markers = Partial<Readonly<Record<'home' | 'notifications', Marker>>>
