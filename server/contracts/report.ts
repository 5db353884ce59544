/** A complaint, as the app that filed it gets it back. */
import type { Account } from './account.ts'

export interface Report {
  readonly id: string
  readonly action_taken: boolean
  readonly action_taken_at: string | null
  readonly category: 'spam' | 'legal' | 'violation' | 'other'
  readonly comment: string
  readonly forwarded: boolean
  readonly created_at: string
  readonly status_ids: readonly string[]
  readonly rule_ids: readonly string[]
  readonly target_account: Account | null
}
