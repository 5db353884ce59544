/** What the home says about itself to apps, in both versions. */
import type { Account } from './account.ts'

interface StatusLimits {
  readonly max_characters: number
  readonly max_media_attachments: number
  readonly characters_reserved_per_url: number
}

export interface MediaLimits {
  readonly supported_mime_types: readonly string[]
  readonly description_limit: number
  readonly image_size_limit: number
  readonly image_matrix_limit: number
  readonly video_size_limit: number
  readonly video_frame_rate_limit: number
  readonly video_matrix_limit: number
}

interface PollLimits {
  readonly max_options: number
  readonly max_characters_per_option: number
  /** Seconds. */
  readonly min_expiration: number
  readonly max_expiration: number
}

interface AccountLimits {
  readonly max_featured_tags: number
  readonly max_pinned_statuses: number
  readonly max_display_name_length: number
  readonly max_note_length: number
  readonly max_avatar_description_length: number
  readonly max_header_description_length: number
  readonly max_profile_fields: number
  readonly profile_field_name_limit: number
  readonly profile_field_value_limit: number
}

type Access = 'public' | 'authenticated' | 'disabled'

export interface InstanceConfiguration {
  readonly urls: {
    readonly streaming: string
    readonly about: string
    readonly privacy_policy: string
    readonly terms_of_service: string | null
    readonly status: string | null
  }
  readonly vapid: { readonly public_key: string }
  readonly accounts: AccountLimits
  readonly statuses: StatusLimits
  readonly media_attachments: MediaLimits
  readonly polls: PollLimits
  /** Where glitch-soc says how many different reactions one may make to a status. */
  readonly reactions: { readonly max_reactions: number }
  readonly translation: { readonly enabled: boolean }
  readonly timelines_access: {
    readonly live_feeds: { readonly local: Access; readonly remote: Access }
    readonly hashtag_feeds: { readonly local: Access; readonly remote: Access }
    readonly trending_link_feeds: { readonly local: Access; readonly remote: Access }
  }
  readonly limited_federation: boolean
}

export interface Instance {
  readonly domain: string
  readonly title: string
  /** `4.5.0+homebird.<version>`: the number of the API that apps look for, then ours. */
  readonly version: string
  readonly source_url: string
  readonly description: string
  readonly usage: { readonly users: { readonly active_month: number } }
  readonly thumbnail: {
    readonly url: string
    readonly blurhash: string | null
    readonly versions: Readonly<Record<string, string>>
    readonly description: string
  }
  readonly icon: readonly { readonly src: string; readonly size: string }[]
  readonly languages: readonly string[]
  readonly configuration: InstanceConfiguration
  readonly registrations: {
    readonly enabled: boolean
    readonly approval_required: boolean
    readonly reason_required: boolean
    readonly message: string | null
    readonly min_age: number | null
    readonly url: string | null
  }
  readonly api_versions: { readonly mastodon: number }
  readonly contact: { readonly email: string; readonly account: Account | null }
  readonly rules: readonly never[]
}

export interface InstanceV1 {
  readonly uri: string
  readonly title: string
  readonly short_description: string
  readonly description: string
  readonly email: string
  readonly version: string
  readonly urls: { readonly streaming_api: string }
  readonly stats: {
    readonly user_count: number
    readonly status_count: number
    readonly domain_count: number
  }
  readonly thumbnail: string
  readonly languages: readonly string[]
  readonly registrations: boolean
  readonly approval_required: boolean
  readonly invites_enabled: boolean
  readonly configuration: {
    readonly accounts: AccountLimits
    readonly statuses: StatusLimits
    readonly media_attachments: MediaLimits
    readonly polls: PollLimits
  }
  readonly contact_account: Account | null
  readonly rules: readonly never[]
}

/** A domain that this home has nothing to do with. */
export interface InstanceDomainBlock {
  readonly domain: string
  /** SHA-256 of the domain, in hexadecimal digits. */
  readonly digest: string
  readonly severity: 'suspend'
  readonly comment: string
}

/** A week of the home, counts as decimal strings. */
export interface InstanceActivity {
  /** Start of the week, in seconds since 1970. */
  readonly week: string
  readonly statuses: string
  readonly logins: string
  readonly registrations: string
}
