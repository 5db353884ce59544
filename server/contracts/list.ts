/** A list of accounts, read as a timeline of its own. */
export interface List {
  readonly id: string
  readonly title: string
  /** Whose replies it shows: to anybody who is followed, to members of the list, or none. */
  readonly replies_policy: 'followed' | 'list' | 'none'
  /** What its members write is not in the home timeline. */
  readonly exclusive: boolean
}
