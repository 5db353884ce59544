/** What the window and the private listener say to each other under `/api/homebird/v1/`, and the paths of its pages. */

import type { Account } from './account.ts'

/** Pages of the window; each is answered with the same document. */
export const WINDOW_PATHS = ['/', '/start', '/home', '/search', '/write', '/you', '/sign-in'] as const

/** Header that every change made by the window carries: no form and no other site can set it. */
export const WINDOW_HEADER = 'x-homebird'

/** How far the person before the window is. */
export interface WindowState {
  readonly phase: 'needs_key' | 'needs_set_up' | 'signed_out' | 'signed_in'
  readonly version: string
  /** True where the start printed a key that was not used yet. */
  readonly keyWaiting: boolean
  /** Sign-in takes the code of an authenticator beside the password. */
  readonly asksForCode: boolean
  /** A passkey was made for the host by which this page is reached. */
  readonly takesPasskey: boolean
}

export interface SetUpForm {
  readonly username: string
  readonly displayName: string
  readonly password: string
  /** Null: only on this computer for now. */
  readonly domain: string | null
  /** Only where another host serves the domain. */
  readonly serviceDomain: string | null
}

export type SetUpField = keyof SetUpForm

/** Why a field is refused; the window has the words. */
export type FieldFlaw = 'missing' | 'too_short' | 'too_long' | 'not_a_username' | 'not_a_domain'

/** Body of a 422. */
export interface FieldErrors {
  readonly error: string
  readonly fields: Partial<Readonly<Record<SetUpField, FieldFlaw>>>
}

/** The state of the home in one word; `provedAt` is when something from outside last got through. */
export interface HomeFacts {
  readonly state: 'only_at_home' | 'unproved' | 'reachable'
  readonly provedAt: string | null
  readonly username: string
  readonly displayName: string
  /** Null while the home has no address. */
  readonly domain: string | null
  readonly serviceDomain: string | null
  /** Deliveries that wait, and to how many servers. */
  readonly waiting: { readonly deliveries: number; readonly servers: number }
  /** `127.0.0.1:4180`: what a tunnel or proxy is pointed at; null where any free port was asked for. */
  readonly publicAddress: string | null
  /** What must be mended in front of the home at once; null where nothing must. */
  readonly alarm: string | null
  readonly version: string
}

/** One of the owner's identities, with what is said about it on its own account. */
export interface IdentityFacts {
  readonly id: string
  /** `@ana@home.example` */
  readonly handle: string
  readonly uri: string
  readonly displayName: string
  /** Ids of its other names (`alsoKnownAs`). */
  readonly aliases: readonly string[]
  /** Where it has moved to; null while it lives here. */
  readonly movedTo: string | null
  /** Whom it blocks is not told of it. */
  readonly keepsBlocksPrivate: boolean
  readonly pages: PageSwitches
}

/** What machines that read the whole web are asked not to do here. */
export interface CrawlerRules {
  /** Those who gather texts for language models. */
  readonly deniesAiCrawlers: boolean
  /** Names of others that are to read nothing, as they stand in `User-agent` lines. */
  readonly extraDeniedAgents: readonly string[]
}

/** What strangers find on the public pages of an identity. */
export interface PageSwitches {
  /** Who follows and who is followed, by name; not where the identity hides its collections. */
  readonly showsFollows: boolean
  /** Of posts and people, and of what others did with a post. */
  readonly showsCounts: boolean
  /** A search over its public posts. */
  readonly offersSearch: boolean
  /** RSS, Atom and JSON Feed. */
  readonly hasFeeds: boolean
}

/** How a move of an identity goes; moments are ISO 8601 in UTC. */
export interface IdentityMove {
  readonly movedTo: string | null
  readonly movedAt: string | null
  /** Null where it may move at once. */
  readonly nextMoveAt: string | null
  readonly followersAtStart: number
  readonly followersLeft: number
  /** Handles of those who have not come along, the latest follower first; at most 100. */
  readonly left: readonly string[]
}

/** Somebody elsewhere who moved, with what the owner had to do with them carried over. */
export interface MoveOfOther {
  readonly id: string
  readonly from: Account
  readonly to: Account
  readonly movedAt: string
}

export type CheckName = 'database' | 'keys' | 'webfinger'

export interface CheckResult {
  readonly name: CheckName
  readonly isGood: boolean
  /** How long it took. */
  readonly ms: number
  /** The technical line of a failure. */
  readonly reason: string | null
}

export interface CheckResults {
  readonly checks: readonly CheckResult[]
}
