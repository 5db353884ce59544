/** Private posts of one thread among the same people. */
import type { Account } from './account.ts'
import type { Status } from './status.ts'

export interface Conversation {
  readonly id: string
  readonly unread: boolean
  /** The others; oneself where there is nobody else. */
  readonly accounts: readonly Account[]
  readonly last_status: Status | null
}
