/** Notifications and groups of them as entities of the client API: any number, with a fixed number of statements. */
import type {
  GroupedNotifications,
  Notification,
  NotificationGroup,
  NotificationType,
  PartialAccount,
  SeveranceEvent,
} from '../../contracts/notification.ts'
import type { Account } from '../../contracts/account.ts'
import type { Querier } from '../../db/pool.ts'
import { type LoadedActors, loadActors, loadedAccount } from '../actors/account-entities.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { loadReactions } from '../interactions/load-reactions.ts'
import { type ReactionGroup, emojiReaction } from '../interactions/reaction-entities.ts'
import { findVisiblePosts } from '../posts/find-post.ts'
import { statusesFromRows } from '../posts/status-entities.ts'
import type { Status } from '../../contracts/status.ts'
import type { Report } from '../../contracts/report.ts'
import { loadReports } from '../reports/report-entities.ts'
import type { ListedGroup } from './list-groups.ts'
import { loadSeverances } from './severances.ts'
import type { NotificationRow } from './shown-notifications.ts'

/** What rows of notifications name. */
interface Named {
  readonly actors: LoadedActors
  readonly statuses: ReadonlyMap<string, Status>
  readonly reactions: ReadonlyMap<string, ReactionGroup>
  readonly reports: ReadonlyMap<string, Report>
  readonly severances: ReadonlyMap<string, SeveranceEvent>
}

/** In the order of the rows; at most nine statements, and one more each for complaints and ended follows where there are any. */
export async function notificationsFromRows(
  db: Querier,
  scope: EntityScope,
  rows: readonly NotificationRow[],
): Promise<Notification[]> {
  if (rows.length === 0) return []
  const named = await loadNamed(
    db,
    scope,
    rows,
    rows.map((row) => row.from_actor_id),
  )
  return rows.flatMap((row) => {
    const account = loadedAccount(scope, named.actors, row.from_actor_id)
    const status = statusOf(named, row)
    if (account === undefined || status === undefined) return []
    return {
      id: row.id,
      type: typeFor(scope, row),
      group_key: row.group_key ?? `ungrouped-${row.id}`,
      created_at: row.created_at.toISOString(),
      account,
      ...(status === null ? {} : { status }),
      ...moreMembers(scope, named, row),
    }
  })
}

/** @param hasPartialAccounts  whether accounts that are not the newest of a group may be told of in short */
export async function groupsFromListed(
  db: Querier,
  scope: EntityScope,
  listed: readonly ListedGroup[],
  hasPartialAccounts: boolean,
): Promise<GroupedNotifications> {
  const named = await loadNamed(
    db,
    scope,
    listed.map(({ row }) => row),
    listed.flatMap(({ sampleIds }) => sampleIds),
  )
  const shown = listed.filter(({ row }) => statusOf(named, row) !== undefined)
  const sampled = new Set(shown.flatMap(({ sampleIds }) => sampleIds))
  const whole = hasPartialAccounts
    ? new Set(shown.flatMap(({ sampleIds }) => sampleIds.slice(0, 1)))
    : sampled
  const accountsOf = (ids: Iterable<string>): Account[] =>
    [...ids].flatMap((id) => loadedAccount(scope, named.actors, id) ?? [])
  const rest = [...sampled].filter((id) => !whole.has(id))
  return {
    accounts: accountsOf(whole),
    ...(hasPartialAccounts ? { partial_accounts: accountsOf(rest).map(partialAccount) } : {}),
    statuses: [...named.statuses.values()],
    notification_groups: shown.map((group) => groupEntity(scope, named, group)),
  }
}

function groupEntity(scope: EntityScope, named: Named, group: ListedGroup): NotificationGroup {
  const { row, span } = group
  return {
    group_key: group.key,
    notifications_count: group.count,
    type: typeFor(scope, row),
    most_recent_notification_id: Number(group.newestId),
    ...(span === null
      ? {}
      : {
          page_min_id: span.minId,
          page_max_id: span.maxId,
          latest_page_notification_at: span.latestAt.toISOString(),
        }),
    sample_account_ids: group.sampleIds.filter((id) => named.actors.byId.has(id)),
    ...(row.post_id === null ? {} : { status_id: row.post_id }),
    ...moreMembers(scope, named, row),
  }
}

async function loadNamed(
  db: Querier,
  scope: EntityScope,
  rows: readonly NotificationRow[],
  actorIds: readonly string[],
): Promise<Named> {
  const actors = await loadActors(db, actorIds)
  const posts = await findVisiblePosts(
    db,
    scope.viewerId,
    rows.flatMap((row) => row.post_id ?? []),
  )
  const statuses = await statusesFromRows(db, scope, posts)
  return {
    actors,
    statuses: new Map(statuses.map((status) => [status.id, status])),
    reactions: await loadReactions(
      db,
      rows.flatMap((row) => row.interaction_id ?? []),
    ),
    reports: await loadReports(
      db,
      scope,
      rows.flatMap((row) => row.report_id ?? []),
    ),
    severances: await loadSeverances(
      db,
      rows.flatMap((row) => row.severance_id ?? []),
    ),
  }
}

/** Null for what is about none; undefined where it went away in between. */
const statusOf = (named: Named, row: NotificationRow): Status | null | undefined =>
  row.post_id === null ? null : named.statuses.get(row.post_id)

function typeFor(scope: EntityScope, { kind }: NotificationRow): NotificationType {
  return kind === 'emoji_reaction' && !scope.knowsReactions ? 'favourite' : (kind as NotificationType)
}

type MoreMembers = Pick<Notification, 'emoji_reaction' | 'emoji' | 'emoji_url' | 'report' | 'event'>

function moreMembers(scope: EntityScope, named: Named, row: NotificationRow): MoreMembers {
  const report = named.reports.get(row.report_id ?? '')
  const event = named.severances.get(row.severance_id ?? '')
  return {
    ...reactionMembers(scope, named.reactions.get(row.interaction_id ?? '')),
    ...(report === undefined ? {} : { report }),
    ...(event === undefined ? {} : { event }),
  }
}

function reactionMembers(scope: EntityScope, group: ReactionGroup | undefined): MoreMembers {
  if (group === undefined) return {}
  const reaction = emojiReaction(scope, group)
  const { name, url, domain } = reaction
  const emoji = domain === undefined ? name : `:${name}:`
  return { emoji_reaction: reaction, emoji, ...(url === undefined ? {} : { emoji_url: url }) }
}

const partialAccount = (account: Account): PartialAccount => ({
  id: account.id,
  acct: account.acct,
  locked: account.locked,
  bot: account.bot,
  url: account.url,
  avatar: account.avatar,
  avatar_static: account.avatar_static,
})
