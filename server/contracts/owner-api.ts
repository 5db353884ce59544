/** What the window and the private listener say to each other under `/api/homebird/v1/`, and the paths of its pages. */

import type { Account } from './account.ts'
import type { HomeCondition, HomeReach } from './home-state.ts'

/** Pages of the window; each is answered with the same document. Ids are those of the client API. */
export const WINDOW_PATHS = [
  '/',
  '/start',
  // reading
  '/home',
  '/local',
  '/federated',
  '/tags/:tag',
  '/links',
  '/posts/:id',
  '/posts/:id/boosts',
  '/posts/:id/favourites',
  '/posts/:id/quotes',
  '/people/:id',
  '/people/:id/followers',
  '/people/:id/following',
  '/notifications',
  '/notifications/requests',
  '/mentions',
  '/lists',
  '/lists/:id',
  '/lists/:id/people',
  '/bookmarks',
  '/favourites',
  '/followed-hashtags',
  '/follow-requests',
  '/filters',
  '/filters/:id',
  '/search',
  // writing
  '/write',
  '/drafts',
  '/scheduled',
  // the owner
  '/you',
  '/sign-in',
  '/settings',
  '/settings/:group',
  '/identities',
  '/emoji',
  '/connect-phone',
  '/block-lists',
  '/imports',
  '/exports',
  '/farewell',
  '/reports',
  // the home
  '/address',
  '/status',
  '/status/work',
  '/logs',
  '/inspector',
  '/storage',
  '/doctor',
  '/backups',
  '/updates',
  '/licences',
  '/handbook',
  '/handbook/:topic',
  '/restore',
] as const

/** Header that every change made by the window carries: no form and no other site can set it. */
export const WINDOW_HEADER = 'x-homebird'

/** Header by which the window names the identity that it reads and writes as, by its id; without it the oldest. */
export const IDENTITY_HEADER = 'x-homebird-identity'

/** The same in the address of a socket, on which a browser can set no header. */
export const IDENTITY_PARAMETER = 'identity'

/** Error of a 403 where that identity is not of this home, or not any more. */
export const IDENTITY_GONE = 'identity_gone'

/** How far the person before the window is. */
export interface WindowState {
  /** `left`: signed in where nobody lives any more, or is on the way out. */
  readonly phase: 'needs_key' | 'needs_set_up' | 'signed_out' | 'signed_in' | 'left'
  readonly version: string
  /** True where the start printed a key that was not used yet. */
  readonly keyWaiting: boolean
  /** Sign-in takes the code of an authenticator beside the password. */
  readonly asksForCode: boolean
  /** A passkey was made for the host by which this page is reached. */
  readonly takesPasskey: boolean
}

/** What a route would answer, sent along before it is asked for. */
export interface ReadyAnswer {
  /** Path and query, written as the window writes them. */
  readonly address: string
  /** Its Link header. */
  readonly link: string | null
  readonly body: unknown
}

/** Answers to all that the window asks for first, in one: who sits here, and what they see then. */
export interface WindowStart {
  readonly answers: readonly ReadyAnswer[]
}

/** The place in the home timeline that this browser kept, and the marker that the home had then. */
export interface KeptPlace {
  readonly id: string
  readonly marker: string | null
}

/** Another device has read on (or back) since: its marker counts, and not the place of this browser. */
export const isMarkerMoved = (marker: string | null, own: KeptPlace | null): boolean =>
  marker !== null && marker !== own?.marker && marker !== own?.id

export interface SetUpForm {
  readonly username: string
  readonly displayName: string
  readonly password: string
  /** Null: only on this computer for now. */
  readonly domain: string | null
  /** Only where another host serves the domain. */
  readonly serviceDomain: string | null
  /** What opens backups elsewhere, and where they go beside the home; absent where nobody makes any. */
  readonly recoveryCode?: string | null
  readonly passphrase?: string | null
  /** Whole path. */
  readonly backupFolder?: string | null
}

export type SetUpField = keyof SetUpForm

/** Why a field is refused; the window has the words. */
export type FieldFlaw =
  | 'missing'
  | 'too_short'
  | 'too_long'
  | 'not_a_username'
  | 'not_a_domain'
  /** A name that is gone with the tunnel that gave it. */
  | 'ends_with_tunnel'
  | 'passphrase_too_short'
  /** No whole path. */
  | 'not_a_folder'
  /** Nothing can be kept there. */
  | 'folder_unusable'

/** Body of a 422. */
export interface FieldErrors {
  readonly error: string
  readonly fields: Partial<Readonly<Record<SetUpField, FieldFlaw>>>
}

/** `provedAt` is when something from outside last got through. */
export interface HomeFacts {
  /** How it is reached, whatever else is the matter with it. */
  readonly state: HomeReach
  /** The state of the home in one word. */
  readonly condition: HomeCondition
  /** Null where it is not paused, or until the owner resumes. */
  readonly pausedUntil: string | null
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
  /** Where the followers were when it moved, those of whom most are still to come first; at most 200. */
  readonly servers: readonly MovedServer[]
}

export interface MovedServer {
  readonly host: string
  /** When it moved. */
  readonly followers: number
  /** Of these, so many are here still. */
  readonly left: number
  /** Since when nothing can be brought to it; null where it answers. */
  readonly silentSince: string | null
}

/** Somebody elsewhere who moved, with what the owner had to do with them carried over. */
export interface MoveOfOther {
  readonly id: string
  readonly from: Account
  readonly to: Account
  readonly movedAt: string
}

/** What the window cannot know of itself when it makes a recovery sheet. */
export interface RecoveryFacts {
  /** Where the home keeps everything; null where nobody supervises it. */
  readonly folder: string | null
  /** Name of the computer in its network. */
  readonly computer: string
  /** None before the home is set up. */
  readonly keys: readonly { readonly name: string; readonly fingerprint: string }[]
  /** Null where nobody makes any, or cannot be asked now. */
  readonly backups: RecoveryBackups | null
}

export interface RecoveryBackups {
  /** `03:00`, or `never`. */
  readonly at: string
  readonly keepDays: number
  /** As people read them; never a secret. */
  readonly places: readonly string[]
  /** Whether another can be added here. */
  readonly canAddPlace: boolean
}

/** The first three are of the home itself; the others go out to its own address and come in again. */
export type CheckName =
  | 'database'
  | 'keys'
  | 'webfinger'
  | 'address'
  | 'certificate'
  | 'profile'
  | 'live_outside'

/** What is wrong, where the window has words and a fix for it. */
export type CheckFlaw =
  /** One before it failed. */
  | 'not_tried'
  /** The name is not in the DNS. */
  | 'name'
  /** The name leads to an address that only this network knows. */
  | 'private'
  /** Nobody answers at the address. */
  | 'silent'
  /** Something answers at the address that does not reach the home behind it. */
  | 'not_led'
  | 'certificate'
  /** The proxy does not keep the Host header. */
  | 'host_header'
  /** Whoever answers there is not this home. */
  | 'stranger'
  /** The domain of the handle does not lead to the home. */
  | 'handle'
  /** A proxy takes the web socket out of the request. */
  | 'upgrade'

export interface CheckResult {
  readonly name: CheckName
  readonly isGood: boolean
  /** Null where it is good, or where there is nothing to say but the reason. */
  readonly flaw: CheckFlaw | null
  /** How long it took. */
  readonly ms: number
  /** The technical line of a failure. */
  readonly reason: string | null
}

export interface CheckResults {
  readonly checks: readonly CheckResult[]
}
