/** What a search found. */
import type { Account } from './account.ts'
import type { Status } from './status.ts'
import type { Tag } from './tag.ts'

export interface SearchResults {
  readonly accounts: readonly Account[]
  readonly statuses: readonly Status[]
  readonly hashtags: readonly Tag[]
}

/** The answer of the first version: hashtags are bare names. */
export interface SearchResultsV1 {
  readonly accounts: readonly Account[]
  readonly statuses: readonly Status[]
  readonly hashtags: readonly string[]
}
