/** Who boosted a post of those whom its reader follows: told to the owner's window beside the client API, which no app sees. */
import type { Account } from './account.ts'
import type { Status } from './status.ts'

/** As much of an account as a line and a short list show. */
export type Booster = Pick<
  Account,
  'id' | 'acct' | 'username' | 'display_name' | 'emojis' | 'avatar' | 'avatar_static' | 'bot' | 'locked'
>

export interface FollowedBoosters {
  /** Of them all, also of those who are not named. */
  readonly count: number
  /** Whoever boosted first at the front; at most `MOST_NAMED_BOOSTERS`. */
  readonly accounts: readonly Booster[]
}

export const MOST_NAMED_BOOSTERS = 20

/** A post in the home timeline of the window. Of a boost, the post that it carries has it. */
export interface WindowStatus extends Status {
  readonly reblog: WindowStatus | null
  /** Null for none; missing where nobody asked, as in every answer to an app. */
  readonly followed_boosters?: FollowedBoosters | null
}

/** What the live line of the window tells when it changes. */
export interface BoostersChange {
  /** Of the post that was boosted. */
  readonly id: string
  readonly followed_boosters: FollowedBoosters | null
}
