/** What goes by the owner's rules: posts of others without a tie to the owner, whoever has none left, and own old posts. */

/** One after the other. `space` gives the room of what went back to the tables. */
export const CLEAN_UP_STEPS = ['posts', 'actors', 'hashtags', 'cards', 'space'] as const
export type CleanUpStep = (typeof CLEAN_UP_STEPS)[number]

export interface CleanUpCounts {
  readonly posts: number
  readonly actors: number
  readonly hashtags: number
  readonly cards: number
}

export interface CleanUpRules {
  /** Days that posts of others without a tie to the owner stay; 0 keeps all, null goes by the setting of the start. */
  readonly days: number | null
  /** Threads that an identity wrote in stay whole. */
  readonly keepsConversations: boolean
  /** What people who are followed wrote stays. */
  readonly keepsFollowed: boolean
}

export interface CleanUpRun {
  readonly id: string
  readonly askedBy: 'night' | 'owner'
  readonly startedAt: string
  /** Null while it goes on. */
  readonly endedAt: string | null
  readonly isCancelled: boolean
  readonly step: CleanUpStep
  /** How far it is with its step, from 0 to 1. */
  readonly share: number
  readonly removed: CleanUpCounts
  readonly bytesBefore: number | null
  readonly bytesAfter: number | null
}

export interface CleanUpFacts {
  readonly rules: CleanUpRules
  /** The days that count, 0 for none: of the rules, or of the setting. */
  readonly days: number
  /** Of the setting, for who has no rule. */
  readonly usualDays: number
  /** Others have confirmed the clock lately; without that nothing goes by itself, own posts neither. */
  readonly isClockConfirmed: boolean
  readonly running: CleanUpRun | null
  readonly last: CleanUpRun | null
  readonly sizes: DatabaseSizes
}

/** Bytes in the database, indexes included. */
export interface DatabaseSizes {
  readonly posts: number
  /** What posts are found by. */
  readonly words: number
  readonly people: number
  readonly others: number
  readonly all: number
}

/** A part of the look at what would go: asked again with `next` until that is null, the parts are added up. */
export interface CleanUpPreview {
  readonly posts: number
  readonly actors: number
  /** About, with what hangs on them. */
  readonly bytes: number
  /** How far the look is, from 0 to 1. */
  readonly share: number
  readonly next: string | null
}

/** When posts of one identity go by themselves, and which stay. */
export interface PostExpiry {
  readonly isOn: boolean
  readonly afterDays: number
  readonly keepsPinned: boolean
  readonly keepsDirect: boolean
  readonly keepsPolls: boolean
  readonly keepsMedia: boolean
  readonly keepsOwnFavourites: boolean
  readonly keepsOwnBookmarks: boolean
  readonly keepsBoosts: boolean
  /** Null where their number says nothing. */
  readonly keepsFavouritesFrom: number | null
  readonly keepsBoostedFrom: number | null
}

export interface PostExpiryPreview {
  /** Posts and boosts that would go now. */
  readonly posts: number
  readonly oldest: string | null
  readonly newest: string | null
}

export const LEAST_EXPIRY_DAYS = 7
export const MOST_DAYS = 36_500
