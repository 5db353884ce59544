/** What the owner's lists of followers and followed are sorted out by; the people themselves come by the client API. */
export interface FollowFacts {
  /** Of the account. */
  readonly id: string
  /** Of the handle; empty for identities of this home. */
  readonly domain: string
  /** ISO 8601; null where none of their posts was ever seen here. */
  readonly lastPostAt: string | null
  /** Both follow each other. */
  readonly isMutual: boolean
  readonly hasMoved: boolean
}

export interface FollowFactsList {
  /** The latest follow first. */
  readonly people: readonly FollowFacts[]
  /** There are more than are told. */
  readonly isCut: boolean
}
