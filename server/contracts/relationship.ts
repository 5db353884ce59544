/** How the viewer stands to an account. */
import type { Account } from './account.ts'

export interface Relationship {
  readonly id: string
  readonly following: boolean
  readonly showing_reblogs: boolean
  readonly notifying: boolean
  /** Null: all languages. */
  readonly languages: readonly string[] | null
  readonly followed_by: boolean
  readonly blocking: boolean
  readonly blocked_by: boolean
  readonly muting: boolean
  readonly muting_notifications: boolean
  readonly muting_expires_at: string | null
  /** The viewer's request waits for an answer. */
  readonly requested: boolean
  /** Theirs waits for the viewer. */
  readonly requested_by: boolean
  readonly domain_blocking: boolean
  readonly endorsed: boolean
  /** The viewer's private note. */
  readonly note: string
}

export interface FamiliarFollowers {
  readonly id: string
  readonly accounts: readonly Account[]
}
