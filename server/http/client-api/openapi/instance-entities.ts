/** Schemas of what the home says about itself. */
import { Type } from 'typebox'
import type { Account } from '../../../contracts/account.ts'
import type {
  Instance,
  InstanceActivity,
  InstanceConfiguration,
  InstanceV1,
} from '../../../contracts/instance.ts'
import { count, entity, flag, list, orNull, ref, text, word } from './schema.ts'

const { Object: object, Integer: integer } = Type

const contact = orNull(ref<Account>('Account'))
const noRules = Type.Unsafe<readonly never[]>({ type: 'array', maxItems: 0 })
const access = word('public', 'authenticated', 'disabled')
const feeds = object({ local: access, remote: access })

const LIMITS = {
  accounts: object({
    max_featured_tags: count,
    max_pinned_statuses: count,
    max_display_name_length: count,
    max_note_length: count,
    max_avatar_description_length: count,
    max_header_description_length: count,
    max_profile_fields: count,
    profile_field_name_limit: count,
    profile_field_value_limit: count,
  }),
  statuses: object({
    max_characters: count,
    max_media_attachments: count,
    characters_reserved_per_url: count,
  }),
  media_attachments: object({
    supported_mime_types: list(text()),
    description_limit: count,
    image_size_limit: count,
    image_matrix_limit: count,
    video_size_limit: count,
    video_frame_rate_limit: count,
    video_matrix_limit: count,
  }),
  polls: object({
    max_options: count,
    max_characters_per_option: count,
    min_expiration: count,
    max_expiration: count,
  }),
}

export const INSTANCE = {
  Instance: entity<Instance>()(
    object({
      domain: text(),
      title: text(),
      version: text(),
      source_url: text(),
      description: text(),
      usage: object({ users: object({ active_month: count }) }),
      thumbnail: object({
        url: text(),
        blurhash: orNull(text()),
        versions: Type.Unsafe<Instance['thumbnail']['versions']>(Type.Record(Type.String(), text())),
        description: text(),
      }),
      icon: list(object({ src: text(), size: text() })),
      languages: list(text()),
      configuration: ref<InstanceConfiguration>('InstanceConfiguration'),
      registrations: object({
        enabled: flag,
        approval_required: flag,
        reason_required: flag,
        message: orNull(text()),
        min_age: orNull(integer()),
        url: orNull(text()),
      }),
      api_versions: object({ mastodon: integer() }),
      contact: object({ email: text(), account: contact }),
      rules: noRules,
    }),
  ),
  InstanceConfiguration: entity<InstanceConfiguration>()(
    object({
      urls: object({
        streaming: text(),
        about: text(),
        privacy_policy: text(),
        terms_of_service: orNull(text()),
        status: orNull(text()),
      }),
      vapid: object({ public_key: text() }),
      ...LIMITS,
      reactions: object({ max_reactions: count }),
      translation: object({ enabled: flag }),
      timelines_access: object({ live_feeds: feeds, hashtag_feeds: feeds, trending_link_feeds: feeds }),
      limited_federation: flag,
    }),
  ),
  InstanceV1: entity<InstanceV1>()(
    object({
      uri: text(),
      title: text(),
      short_description: text(),
      description: text(),
      email: text(),
      version: text(),
      urls: object({ streaming_api: text() }),
      stats: object({ user_count: count, status_count: count, domain_count: count }),
      thumbnail: text(),
      languages: list(text()),
      registrations: flag,
      approval_required: flag,
      invites_enabled: flag,
      configuration: object(LIMITS),
      contact_account: contact,
      rules: noRules,
    }),
  ),
  InstanceActivity: entity<InstanceActivity>()(
    object({ week: text(), statuses: text(), logins: text(), registrations: text() }),
  ),
}
