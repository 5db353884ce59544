/** Accounts of the client API, as they travel. Moments are ISO 8601 in UTC, ids are decimal strings, texts are HTML where said. */
import type { CustomEmoji } from './custom-emoji.ts'

export type StatusVisibility = 'public' | 'unlisted' | 'private' | 'direct'

export interface AccountField {
  readonly name: string
  /** HTML; plain text inside `source`. */
  readonly value: string
  readonly verified_at: string | null
}

export interface Account {
  readonly id: string
  readonly username: string
  /** `name` for identities on the home's own domain, else `name@domain`. */
  readonly acct: string
  readonly url: string
  readonly uri: string
  readonly display_name: string
  /** HTML. */
  readonly note: string
  readonly avatar: string
  readonly avatar_static: string
  readonly avatar_description: string
  readonly header: string
  readonly header_static: string
  readonly header_description: string
  readonly locked: boolean
  readonly fields: readonly AccountField[]
  readonly emojis: readonly CustomEmoji[]
  readonly bot: boolean
  readonly group: boolean
  readonly discoverable: boolean
  readonly indexable: boolean
  readonly noindex: boolean
  readonly hide_collections: boolean
  readonly memorial: boolean
  /** Midnight of the day for others, to which Mastodon rounds it. */
  readonly created_at: string
  /** A day, `2026-11-22`. */
  readonly last_status_at: string | null
  readonly statuses_count: number
  readonly followers_count: number
  readonly following_count: number
  readonly roles: readonly AccountRole[]
  readonly moved: Account | null
  /** Present and true for those whose home is gone or who are suspended here. */
  readonly suspended?: boolean
  readonly limited?: boolean
  /** In the list of mutes. */
  readonly mute_expires_at?: string | null
}

export interface AccountRole {
  readonly id: string
  readonly name: string
  readonly color: string
}

export interface Role extends AccountRole {
  /** A bit mask as a decimal string. */
  readonly permissions: string
  readonly highlighted: boolean
}

export interface AccountSource {
  /** As the owner wrote it. */
  readonly note: string
  readonly fields: readonly AccountField[]
  readonly privacy: StatusVisibility
  readonly sensitive: boolean
  readonly language: string | null
  readonly follow_requests_count: number
  readonly hide_collections: boolean
  readonly discoverable: boolean
  readonly indexable: boolean
  readonly attribution_domains: readonly string[]
  readonly quote_policy: 'public' | 'followers' | 'nobody'
}

/** The account of the token itself. */
export interface CredentialAccount extends Account {
  readonly source: AccountSource
  readonly role: Role
}
