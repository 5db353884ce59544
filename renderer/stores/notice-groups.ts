/** Notifications of one kind about one thing, shown as one: as the home groups them, and as live ones join in. */
import type {
  Notification,
  NotificationGroup,
  NotificationType,
  SeveranceEvent,
} from '../../server/contracts/notification.ts'
import type { Report } from '../../server/contracts/report.ts'
import type { EmojiReaction } from '../../server/contracts/emoji-reaction.ts'
import type { FilterContext, FilterResult } from '../../server/contracts/filter.ts'
import { compareIds } from './ids.ts'

export interface NoticeGroup {
  readonly key: string
  readonly type: NotificationType
  /** How many notifications it stands for. */
  readonly count: number
  /** From whom, the newest first, as far as they are named. */
  readonly accountIds: readonly string[]
  readonly newestId: string
  /** ISO 8601. */
  readonly newestAt: string
  readonly statusId: string | null
  readonly reaction: EmojiReaction | null
  readonly report: Report | null
  readonly event: SeveranceEvent | null
}

/** So many are named; the others are a number. */
const NAMED = 8

export const NOTICE_KINDS = {
  all: [],
  mentions: ['mention', 'quote'],
  favourites: ['favourite', 'emoji_reaction'],
  boosts: ['reblog'],
  follows: ['follow', 'follow_request'],
  others: ['status', 'poll', 'update', 'quoted_update', 'severed_relationships', 'admin.report'],
} as const satisfies Record<string, readonly NotificationType[]>

/** The quick filters. */
export type NoticeKind = keyof typeof NOTICE_KINDS

export function isOfKind(type: NotificationType, kind: NoticeKind): boolean {
  const types: readonly NotificationType[] = NOTICE_KINDS[kind]
  return types.length === 0 || types.includes(type)
}

export function groupFromPage(group: NotificationGroup): NoticeGroup {
  return {
    key: group.group_key,
    type: group.type,
    count: group.notifications_count,
    accountIds: group.sample_account_ids,
    // The number of the answer is larger than a number here can be exact.
    newestId: group.page_max_id ?? String(group.most_recent_notification_id),
    newestAt: group.latest_page_notification_at ?? '',
    statusId: group.status_id ?? null,
    reaction: group.emoji_reaction ?? null,
    report: group.report ?? null,
    event: group.event ?? null,
  }
}

export function groupFromOne(one: Notification): NoticeGroup {
  return {
    key: one.group_key,
    type: one.type,
    count: 1,
    accountIds: [one.account.id],
    newestId: one.id,
    newestAt: one.created_at,
    statusId: one.status?.id ?? null,
    reaction: one.emoji_reaction ?? null,
    report: one.report ?? null,
    event: one.event ?? null,
  }
}

/** A live notification joins its group, which goes to the top; one that is known already changes nothing. */
export function withLive(groups: readonly NoticeGroup[], fresh: NoticeGroup): readonly NoticeGroup[] {
  const known = groups.find(({ key }) => key === fresh.key)
  if (known !== undefined && compareIds(fresh.newestId, known.newestId) <= 0) return groups
  const joined =
    known === undefined
      ? fresh
      : {
          ...fresh,
          count: known.count + 1,
          accountIds: named(fresh.accountIds, known.accountIds),
        }
  return newestFirst([joined, ...groups.filter(({ key }) => key !== fresh.key)])
}

/** A group that an earlier page told of already stays where it is. */
export function withOlder(
  groups: readonly NoticeGroup[],
  page: readonly NoticeGroup[],
): readonly NoticeGroup[] {
  const known = new Set(groups.map(({ key }) => key))
  return [...groups, ...page.filter(({ key }) => !known.has(key))]
}

/**
 * The newest page read again. What is known below it stays if the page reaches down to it; otherwise something may lie
 * between, and the list begins anew.
 */
export function withNewest(
  groups: readonly NoticeGroup[],
  page: readonly NoticeGroup[],
  isLast: boolean,
): readonly NoticeGroup[] {
  const fresh = new Set(page.map(({ key }) => key))
  const lowest = page.at(-1)?.newestId
  if (isLast || lowest === undefined || !groups.some(({ key }) => fresh.has(key))) return page
  const below = groups.filter(({ key, newestId }) => !fresh.has(key) && compareIds(newestId, lowest) < 0)
  return [...page, ...below]
}

/** Where the line stands between what is new and what was read: before this place; -1 for nowhere. */
export function readLinePlace(groups: readonly NoticeGroup[], readUpTo: string | null): number {
  if (readUpTo === null) return -1
  const place = groups.findIndex(({ newestId }) => compareIds(newestId, readUpTo) <= 0)
  return place <= 0 ? -1 : place
}

/** True where a filter of the owner's hides the post in this place. */
export function isHiddenIn(
  context: FilterContext,
  filtered: readonly FilterResult[] | undefined,
  nowMs: number,
): boolean {
  return (filtered ?? []).some(
    ({ filter }) =>
      filter.filter_action === 'hide' &&
      filter.context.includes(context) &&
      (filter.expires_at === null || Date.parse(filter.expires_at) > nowMs),
  )
}

const named = (fresh: readonly string[], known: readonly string[]): readonly string[] =>
  [...new Set([...fresh, ...known])].slice(0, NAMED)

const newestFirst = (groups: readonly NoticeGroup[]): readonly NoticeGroup[] =>
  [...groups].sort((a, b) => compareIds(b.newestId, a.newestId))
