/** A hashtag with its use over the last days. */
export interface TagHistory {
  /** Midnight UTC, in seconds since 1970. */
  readonly day: string
  readonly uses: string
  readonly accounts: string
}

export interface Tag {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly history: readonly TagHistory[]
  /** For a signed-in viewer only. */
  readonly following?: boolean
  readonly featuring?: boolean
}
