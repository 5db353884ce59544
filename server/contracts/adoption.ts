/** Taking another server over, as the window asks for it and watches it. */
import type { KeeperProgress } from './keeping.ts'

export type { AdoptionSource } from './adoption-order.ts'

/** Parts of the work, in their order. */
export const ADOPTION_STEPS = [
  ...(['home', 'identities', 'actors', 'emojis', 'lists'] as const),
  ...(['posts', 'interactions', 'follows', 'blocks', 'bookmarks'] as const),
  ...(['hashtags', 'events', 'apps', 'files', 'end'] as const),
] as const
export type AdoptionStepName = (typeof ADOPTION_STEPS)[number]

/** By what that which was taken over is counted. */
export const ADOPTION_TAKEN = [
  ...(['domains', 'domain_blocks', 'identities', 'deleted_identities', 'actors'] as const),
  ...(['emojis', 'lists', 'own_posts', 'posts', 'likes'] as const),
  ...(['boosts', 'votes', 'pins', 'following', 'followers'] as const),
  ...(['mutes', 'blocks', 'bookmarks', 'hashtags', 'timeline_entries'] as const),
  ...(['notifications', 'app_access', 'files'] as const),
] as const

/** By what that which stayed behind is counted, and why it did. */
export const ADOPTION_LEFT_OUT = [
  ...([
    'actors_never_read',
    'emojis_no_files',
    'emojis_missing',
    'emojis_refused',
    'local_only_made_private',
  ] as const),
  ...([
    'deleted_posts',
    'posts_of_unknown',
    'posts_of_other_people',
    'posts_without_id',
    'interactions_of_unknown',
  ] as const),
  ...([
    'ended_follows',
    'follows_of_unknown',
    'blocks_of_unknown',
    'bookmarks_of_others',
    'hashtags_of_others',
  ] as const),
  ...([
    'other_events',
    'access_without_meaning',
    'files_no_files',
    'files_missing',
    'files_refused',
  ] as const),
  ...(['waiting_deliveries', 'waiting_messages', 'reports'] as const),
] as const

/** Somebody who lives on the old server. */
export interface AdoptionPerson {
  readonly email: string
  readonly handles: readonly string[]
}

/** What would be taken over; nothing was changed. */
export interface AdoptionPreview {
  /** The database, without user and password. */
  readonly place: string
  /** Null until it is said whose identities are meant. */
  readonly plan: AdoptionOutline | null
  /** Whom one has to choose from; empty where nobody has to. */
  readonly people: readonly AdoptionPerson[]
}

export interface AdoptionOutline {
  readonly domains: readonly string[]
  readonly handles: readonly string[]
  /** Handles of other people, which stay behind. */
  readonly others: readonly string[]
  /** The old server, or somebody else, is connected to its database. */
  readonly isBusy: boolean
  /** Rows of each part, by the names of the steps. */
  readonly counts: Readonly<Record<string, number>>
}

export interface AdoptionState {
  /** What is being done now. */
  readonly running: KeeperProgress | null
  /** What was taken over so far; null where nothing was begun. */
  readonly begun: {
    readonly isFinished: boolean
    readonly taken: Readonly<Record<string, number>>
    readonly leftOut: Readonly<Record<string, number>>
  } | null
  /** How the last try ended, where it did not end well; a cancelled one says nothing. */
  readonly problem: string | null
}
