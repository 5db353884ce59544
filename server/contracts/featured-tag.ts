/** A hashtag that somebody shows on their profile. */
export interface FeaturedTag {
  readonly id: string
  readonly name: string
  readonly url: string
  /** Posts of the account with this hashtag, as far as they are here. A number, written as text. */
  readonly statuses_count: string
  /** Day of the last of them, `2026-01-31`; null where there is none. */
  readonly last_status_at: string | null
}
