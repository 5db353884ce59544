/** Somebody whom the reader may like to follow, and why. */
import type { Account } from './account.ts'

export interface Suggestion {
  /** The word of older apps. */
  readonly source: 'past_interactions'
  readonly sources: readonly ('friends_of_friends' | 'most_interactions')[]
  readonly account: Account
}
