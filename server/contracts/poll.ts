/** Polls of the client API, as they travel inside statuses and alone. */
import type { CustomEmoji } from './custom-emoji.ts'

export interface PollOption {
  readonly title: string
  /** Null while the author hides the counts. */
  readonly votes_count: number | null
}

export interface Poll {
  readonly id: string
  /** Null for a poll without an end. */
  readonly expires_at: string | null
  readonly expired: boolean
  readonly multiple: boolean
  readonly votes_count: number
  /** Null where the origin does not tell. */
  readonly voters_count: number | null
  readonly options: readonly PollOption[]
  readonly emojis: readonly CustomEmoji[]
  // For a signed-in viewer only:
  readonly voted?: boolean
  /** Numbers of the chosen options, from 0. */
  readonly own_votes?: readonly number[]
}
