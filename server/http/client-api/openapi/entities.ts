/** Schemas of posts and people, as the client API answers them. */
import { Type } from 'typebox'
import type {
  Account,
  AccountField,
  AccountRole,
  AccountSource,
  CredentialAccount,
  Role,
} from '../../../contracts/account.ts'
import type { CustomEmoji } from '../../../contracts/custom-emoji.ts'
import type { EmojiReaction, GlitchReaction } from '../../../contracts/emoji-reaction.ts'
import type { FilterResult } from '../../../contracts/filter.ts'
import type { MediaAttachment, MediaDimensions, MediaMeta } from '../../../contracts/media-attachment.ts'
import type { Poll, PollOption } from '../../../contracts/poll.ts'
import type { PreviewCard } from '../../../contracts/preview-card.ts'
import type { FamiliarFollowers, Relationship } from '../../../contracts/relationship.ts'
import type {
  Quote,
  QuoteApproval,
  ShallowQuote,
  Status,
  StatusContext,
  StatusEdit,
  StatusMention,
  StatusSource,
} from '../../../contracts/status.ts'
import { always, count, entity, flag, id, list, moment, orNull, ref, text, word } from './schema.ts'

const { Object: object, Optional: maybe } = Type

const VISIBILITY = word('public', 'unlisted', 'private', 'direct')
const account = ref<Account>('Account')
const status = ref<Status>('Status')
const emojis = list(ref<CustomEmoji>('CustomEmoji'))
const fields = list(ref<AccountField>('AccountField'))
const dimensions = maybe(ref<MediaDimensions>('MediaDimensions'))
const quoteState = word(
  'pending',
  'accepted',
  'rejected',
  'revoked',
  'deleted',
  'unauthorized',
  'blocked_account',
  'muted_account',
)

const ACCOUNT = {
  id,
  username: text(),
  acct: text('username, with the domain of the handle for whoever lives elsewhere'),
  url: text(),
  uri: text(),
  display_name: text(),
  note: text('HTML'),
  avatar: text(),
  avatar_static: text(),
  avatar_description: text(),
  header: text(),
  header_static: text(),
  header_description: text(),
  locked: flag,
  fields,
  emojis,
  bot: flag,
  group: flag,
  discoverable: flag,
  indexable: flag,
  noindex: flag,
  hide_collections: flag,
  memorial: flag,
  created_at: moment,
  last_status_at: orNull(Type.String({ format: 'date' })),
  statuses_count: count,
  followers_count: count,
  following_count: count,
  roles: list(ref<AccountRole>('AccountRole')),
  moved: orNull(account),
  suspended: maybe(flag),
  limited: maybe(flag),
  mute_expires_at: maybe(orNull(moment)),
}

const ROLE = { id: text(), name: text(), color: text() }

export const PEOPLE = {
  Account: entity<Account>()(object(ACCOUNT)),
  AccountField: entity<AccountField>()(
    object({ name: text(), value: text('HTML'), verified_at: orNull(moment) }),
  ),
  AccountRole: entity<AccountRole>()(object(ROLE)),
  Role: entity<Role>()(object({ ...ROLE, permissions: text(), highlighted: flag })),
  AccountSource: entity<AccountSource>()(
    object({
      note: text('Plain text'),
      fields,
      privacy: VISIBILITY,
      sensitive: flag,
      language: orNull(text()),
      follow_requests_count: count,
      hide_collections: flag,
      discoverable: flag,
      indexable: flag,
      attribution_domains: list(text()),
      quote_policy: word('public', 'followers', 'nobody'),
    }),
  ),
  CredentialAccount: entity<CredentialAccount>()(
    object({ ...ACCOUNT, source: ref<AccountSource>('AccountSource'), role: ref<Role>('Role') }),
  ),
  CustomEmoji: entity<CustomEmoji>()(
    object({
      shortcode: text(),
      url: text(),
      static_url: text(),
      visible_in_picker: flag,
      category: orNull(text()),
    }),
  ),
  Relationship: entity<Relationship>()(
    object({
      id,
      following: flag,
      showing_reblogs: flag,
      notifying: flag,
      languages: orNull(list(text())),
      followed_by: flag,
      blocking: flag,
      blocked_by: flag,
      muting: flag,
      muting_notifications: flag,
      muting_expires_at: orNull(moment),
      requested: flag,
      requested_by: flag,
      domain_blocking: flag,
      endorsed: flag,
      note: text(),
    }),
  ),
  FamiliarFollowers: entity<FamiliarFollowers>()(object({ id, accounts: list(account) })),
}

const pictured = { name: text(), count, me: flag, url: maybe(text()), static_url: maybe(text()) }

export const POSTS = {
  Status: entity<Status>()(
    object({
      id,
      uri: text(),
      url: orNull(text()),
      created_at: moment,
      edited_at: orNull(moment),
      account,
      content: text('HTML'),
      visibility: VISIBILITY,
      sensitive: flag,
      spoiler_text: text(),
      media_attachments: list(ref<MediaAttachment>('MediaAttachment')),
      mentions: list(ref<StatusMention>('StatusMention')),
      tags: list(object({ name: text(), url: text() })),
      emojis,
      emoji_reactions: list(ref<EmojiReaction>('EmojiReaction')),
      reactions: list(ref<GlitchReaction>('Reaction')),
      reblogs_count: count,
      favourites_count: count,
      replies_count: count,
      quotes_count: count,
      in_reply_to_id: orNull(id),
      in_reply_to_account_id: orNull(id),
      reblog: orNull(status),
      poll: orNull(ref<Poll>('Poll')),
      card: orNull(ref<PreviewCard>('PreviewCard')),
      quote: Type.Unsafe<Quote | ShallowQuote | null>(
        Type.Union([ref<Quote>('Quote'), ref<ShallowQuote>('ShallowQuote'), Type.Null()]),
      ),
      quote_approval: ref<QuoteApproval>('QuoteApproval'),
      language: orNull(text()),
      application: orNull(object({ name: text(), website: orNull(text()) })),
      text: maybe(text('With a deletion only: what was written')),
      favourited: maybe(flag),
      reblogged: maybe(flag),
      muted: maybe(flag),
      bookmarked: maybe(flag),
      pinned: maybe(flag),
      filtered: maybe(list(ref<FilterResult>('FilterResult'))),
    }),
  ),
  StatusMention: entity<StatusMention>()(object({ id, username: text(), acct: text(), url: text() })),
  StatusContext: entity<StatusContext>()(object({ ancestors: list(status), descendants: list(status) })),
  StatusSource: entity<StatusSource>()(object({ id, text: text(), spoiler_text: text() })),
  StatusEdit: entity<StatusEdit>()(
    object({
      content: text('HTML'),
      spoiler_text: text(),
      sensitive: flag,
      created_at: moment,
      account,
      media_attachments: list(ref<MediaAttachment>('MediaAttachment')),
      emojis,
      quote: always(null),
      poll: orNull(object({ options: list(object({ title: text() })) })),
    }),
  ),
  Quote: entity<Quote>()(object({ state: quoteState, quoted_status: orNull(status) })),
  ShallowQuote: entity<ShallowQuote>()(object({ state: quoteState, quoted_status_id: orNull(id) })),
  QuoteApproval: entity<QuoteApproval>()(
    object({
      automatic: list(text()),
      manual: list(text()),
      current_user: word('automatic', 'manual', 'denied', 'unknown'),
    }),
  ),
  MediaAttachment: entity<MediaAttachment>()(
    object({
      id,
      type: word('image', 'video', 'gifv', 'audio', 'unknown'),
      url: orNull(text()),
      preview_url: orNull(text()),
      remote_url: orNull(text()),
      preview_remote_url: orNull(text()),
      text_url: always(null),
      meta: orNull(ref<MediaMeta>('MediaMeta')),
      description: orNull(text()),
      blurhash: orNull(text()),
    }),
  ),
  MediaMeta: entity<MediaMeta>()(
    object({
      original: dimensions,
      small: dimensions,
      focus: maybe(object({ x: Type.Number(), y: Type.Number() })),
    }),
  ),
  MediaDimensions: entity<MediaDimensions>()(
    object({
      width: maybe(Type.Number()),
      height: maybe(Type.Number()),
      size: maybe(text()),
      aspect: maybe(Type.Number()),
      duration: maybe(Type.Number()),
      bitrate: maybe(Type.Number()),
      frame_rate: maybe(text()),
    }),
  ),
  Poll: entity<Poll>()(
    object({
      id,
      expires_at: orNull(moment),
      expired: flag,
      multiple: flag,
      votes_count: count,
      voters_count: orNull(count),
      options: list(ref<PollOption>('PollOption')),
      emojis,
      voted: maybe(flag),
      own_votes: maybe(list(count)),
    }),
  ),
  PollOption: entity<PollOption>()(object({ title: text(), votes_count: orNull(count) })),
  PreviewCard: entity<PreviewCard>()(
    object({
      url: text(),
      title: text(),
      description: text(),
      language: orNull(text()),
      type: word('link', 'photo', 'video'),
      author_name: text(),
      author_url: always(''),
      authors: list(object({ name: text(), url: text(), account: always(null) })),
      provider_name: text(),
      provider_url: always(''),
      html: always(''),
      width: count,
      height: count,
      image: orNull(text()),
      image_description: text(),
      embed_url: always(''),
      blurhash: always(null),
      published_at: orNull(moment),
    }),
  ),
  EmojiReaction: entity<EmojiReaction>()(
    object({ ...pictured, account_ids: list(id), domain: maybe(orNull(text())) }),
  ),
  Reaction: entity<GlitchReaction>()(object(pictured)),
}
