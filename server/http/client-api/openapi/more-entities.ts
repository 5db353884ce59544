/** Schemas of everything besides posts and people. */
import { Type } from 'typebox'
import type { Account } from '../../../contracts/account.ts'
import type { ApiError } from '../../../contracts/api-error.ts'
import type { AsyncRefresh } from '../../../contracts/async-refresh.ts'
import type { Conversation } from '../../../contracts/conversation.ts'
import type { EmojiReaction } from '../../../contracts/emoji-reaction.ts'
import type { FeaturedTag } from '../../../contracts/featured-tag.ts'
import {
  FILTER_ACTIONS,
  FILTER_CONTEXTS,
  type Filter,
  type FilterKeyword,
  type FilterResult,
  type FilterStatus,
  type FilterV1,
  type MatchedFilter,
} from '../../../contracts/filter.ts'
import type { List } from '../../../contracts/list.ts'
import type { MediaAttachment } from '../../../contracts/media-attachment.ts'
import {
  type GroupedNotifications,
  type Marker,
  type Markers,
  NOTIFICATION_TYPES,
  type Notification,
  type NotificationGroup,
  type NotificationPolicy,
  type NotificationPolicyV1,
  type NotificationRequest,
  type PartialAccount,
  type SeveranceEvent,
} from '../../../contracts/notification.ts'
import type {
  Application,
  CredentialApplication,
  Token,
  TokenInfo,
  UserInfo,
} from '../../../contracts/oauth.ts'
import { PUSH_POLICIES, type WebPushSubscription } from '../../../contracts/push.ts'
import type { Report } from '../../../contracts/report.ts'
import type { ScheduledStatus, ScheduledStatusParams } from '../../../contracts/scheduled-status.ts'
import type { SearchResults, SearchResultsV1 } from '../../../contracts/search-results.ts'
import type { Status } from '../../../contracts/status.ts'
import type { Tag } from '../../../contracts/tag.ts'
import { always, count, entity, flag, id, list, moment, orNull, ref, text, word } from './schema.ts'

const { Object: object, Optional: maybe, Integer: integer } = Type

const account = ref<Account>('Account')
const status = ref<Status>('Status')
const contexts = list(word(...FILTER_CONTEXTS))
const notificationType = word(...NOTIFICATION_TYPES)

const MATCHED_FILTER = {
  id,
  title: text(),
  context: contexts,
  expires_at: orNull(moment),
  filter_action: word(...FILTER_ACTIONS),
}

export const FILTERS = {
  MatchedFilter: entity<MatchedFilter>()(object(MATCHED_FILTER)),
  Filter: entity<Filter>()(
    object({
      ...MATCHED_FILTER,
      keywords: list(ref<FilterKeyword>('FilterKeyword')),
      statuses: list(ref<FilterStatus>('FilterStatus')),
    }),
  ),
  FilterKeyword: entity<FilterKeyword>()(object({ id, keyword: text(), whole_word: flag })),
  FilterStatus: entity<FilterStatus>()(object({ id, status_id: id })),
  FilterResult: entity<FilterResult>()(
    object({
      filter: ref<MatchedFilter>('MatchedFilter'),
      keyword_matches: orNull(list(text())),
      status_matches: orNull(list(id)),
    }),
  ),
  FilterV1: entity<FilterV1>()(
    object({
      id,
      phrase: text(),
      context: contexts,
      whole_word: flag,
      expires_at: orNull(moment),
      irreversible: flag,
    }),
  ),
}

const MORE_OF_NOTIFICATION = {
  emoji_reaction: maybe(ref<EmojiReaction>('EmojiReaction')),
  emoji: maybe(text()),
  emoji_url: maybe(text()),
  report: maybe(ref<Report>('Report')),
  event: maybe(ref<SeveranceEvent>('SeveranceEvent')),
}
const policyWord = word('accept', 'filter', 'drop')
const PENDING = object({ pending_requests_count: count, pending_notifications_count: count })

export const NOTICES = {
  Notification: entity<Notification>()(
    object({
      id,
      type: notificationType,
      group_key: text(),
      created_at: moment,
      account,
      status: maybe(status),
      ...MORE_OF_NOTIFICATION,
    }),
  ),
  NotificationGroup: entity<NotificationGroup>()(
    object({
      group_key: text(),
      notifications_count: count,
      type: notificationType,
      most_recent_notification_id: integer(),
      page_min_id: maybe(id),
      page_max_id: maybe(id),
      latest_page_notification_at: maybe(moment),
      sample_account_ids: list(id),
      status_id: maybe(id),
      ...MORE_OF_NOTIFICATION,
    }),
  ),
  GroupedNotifications: entity<GroupedNotifications>()(
    object({
      accounts: list(account),
      partial_accounts: maybe(list(ref<PartialAccount>('PartialAccount'))),
      statuses: list(status),
      notification_groups: list(ref<NotificationGroup>('NotificationGroup')),
    }),
  ),
  PartialAccount: entity<PartialAccount>()(
    object({
      id,
      acct: text(),
      locked: flag,
      bot: flag,
      url: text(),
      avatar: text(),
      avatar_static: text(),
    }),
  ),
  SeveranceEvent: entity<SeveranceEvent>()(
    object({
      id,
      type: word('domain_block', 'user_domain_block', 'account_suspension'),
      purged: flag,
      target_name: text(),
      followers_count: count,
      following_count: count,
      created_at: moment,
    }),
  ),
  NotificationRequest: entity<NotificationRequest>()(
    object({
      id,
      created_at: moment,
      updated_at: moment,
      notifications_count: text('a number'),
      account,
      last_status: orNull(status),
    }),
  ),
  NotificationPolicy: entity<NotificationPolicy>()(
    object({
      for_not_following: policyWord,
      for_not_followers: policyWord,
      for_new_accounts: policyWord,
      for_private_mentions: policyWord,
      for_limited_accounts: policyWord,
      summary: PENDING,
    }),
  ),
  NotificationPolicyV1: entity<NotificationPolicyV1>()(
    object({
      filter_not_following: flag,
      filter_not_followers: flag,
      filter_new_accounts: flag,
      filter_private_mentions: flag,
      summary: PENDING,
    }),
  ),
  Conversation: entity<Conversation>()(
    object({ id, unread: flag, accounts: list(account), last_status: orNull(status) }),
  ),
  Marker: entity<Marker>()(object({ last_read_id: id, version: integer(), updated_at: moment })),
  Markers: entity<Markers>()(
    object({ home: maybe(ref<Marker>('Marker')), notifications: maybe(ref<Marker>('Marker')) }),
  ),
  WebPushSubscription: entity<WebPushSubscription>()(
    object({
      id: integer(),
      endpoint: text(),
      standard: flag,
      alerts: Type.Unsafe<WebPushSubscription['alerts']>(Type.Record(Type.String(), flag)),
      policy: word(...PUSH_POLICIES),
      server_key: text(),
    }),
  ),
}

const APPLICATION = {
  id,
  name: text(),
  website: orNull(text()),
  scopes: list(text()),
  redirect_uris: list(text()),
  redirect_uri: text(),
  vapid_key: text(),
}

export const ACCESS = {
  Application: entity<Application>()(object(APPLICATION)),
  CredentialApplication: entity<CredentialApplication>()(
    object({
      ...APPLICATION,
      client_id: text(),
      client_secret: text(),
      client_secret_expires_at: integer(),
    }),
  ),
  Token: entity<Token>()(
    object({ access_token: text(), token_type: always('Bearer'), scope: text(), created_at: integer() }),
  ),
  TokenInfo: entity<TokenInfo>()(
    object({
      id,
      created_at: moment,
      last_used: orNull(moment),
      scope: text(),
      application: object({ name: text(), website: maybe(text()) }),
    }),
  ),
  UserInfo: entity<UserInfo>()(
    object({
      iss: text(),
      sub: text(),
      name: text(),
      preferred_username: text(),
      profile: text(),
      picture: text(),
    }),
  ),
  Error: entity<ApiError>()(object({ error: text(), error_description: maybe(text()) })),
}

export const OTHERS = {
  Empty: object({}),
  Text: text(),
  Count: object({ count }),
  Page: object({ updated_at: moment, content: text('HTML') }),
  Preferences: object({
    'posting:default:visibility': text(),
    'posting:default:sensitive': flag,
    'posting:default:language': orNull(text()),
    'posting:default:quote_policy': text(),
    'reading:expand:media': word('default', 'show_all', 'hide_all'),
    'reading:expand:spoilers': flag,
    'reading:autoplay:gifs': flag,
  }),
  AsyncRefresh: entity<AsyncRefresh>()(
    object({
      async_refresh: object({ id: text(), status: word('running', 'finished'), result_count: count }),
    }),
  ),
  FeaturedTag: entity<FeaturedTag>()(
    object({
      id,
      name: text(),
      url: text(),
      statuses_count: text('A number, as text'),
      last_status_at: orNull(Type.String({ format: 'date' })),
    }),
  ),
  List: entity<List>()(
    object({ id, title: text(), replies_policy: word('followed', 'list', 'none'), exclusive: flag }),
  ),
  Report: entity<Report>()(
    object({
      id,
      action_taken: flag,
      action_taken_at: orNull(moment),
      category: word('spam', 'legal', 'violation', 'other'),
      comment: text(),
      forwarded: flag,
      created_at: moment,
      status_ids: list(id),
      rule_ids: list(id),
      target_account: orNull(account),
    }),
  ),
  ScheduledStatus: entity<ScheduledStatus>()(
    object({
      id,
      scheduled_at: moment,
      params: Type.Unsafe<ScheduledStatusParams>(Type.Object({ text: text() })),
      media_attachments: list(ref<MediaAttachment>('MediaAttachment')),
      failure: orNull(text()),
    }),
  ),
  SearchResults: entity<SearchResults>()(
    object({ accounts: list(account), statuses: list(status), hashtags: list(ref<Tag>('Tag')) }),
  ),
  SearchResultsV1: entity<SearchResultsV1>()(
    object({ accounts: list(account), statuses: list(status), hashtags: list(text()) }),
  ),
  Tag: entity<Tag>()(
    object({
      id,
      name: text(),
      url: text(),
      history: list(object({ day: text(), uses: text(), accounts: text() })),
      following: maybe(flag),
      featuring: maybe(flag),
    }),
  ),
}
