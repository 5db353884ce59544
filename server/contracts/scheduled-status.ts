/** Statuses that wait for their time, as the client API tells of them. */
import type { StatusVisibility } from './account.ts'
import type { MediaAttachment } from './media-attachment.ts'

export interface ScheduledStatusParams {
  readonly text: string
  readonly spoiler_text: string
  readonly sensitive: boolean
  readonly visibility: StatusVisibility
  readonly language: string | null
  readonly in_reply_to_id: string | null
  readonly media_ids: readonly string[] | null
  readonly poll: {
    readonly options: readonly string[]
    /** Seconds from the moment of publishing. */
    readonly expires_in: number
    readonly multiple: boolean
    readonly hide_totals: boolean
  } | null
  readonly quoted_status_id: string | null
  /** Null for what the author chose for all posts. */
  readonly quote_approval_policy: 'public' | 'followers' | 'nobody' | null
  readonly application_id: string | null
  readonly scheduled_at: null
  readonly idempotency: null
  readonly with_rate_limit: false
}

export interface ScheduledStatus {
  readonly id: string
  readonly scheduled_at: string
  readonly params: ScheduledStatusParams
  readonly media_attachments: readonly MediaAttachment[]
  /** Why it could not be published at its time; another time is another try. Not part of Mastodon's entity. */
  readonly failure: string | null
}
