/**
 * Notifications in groups. A page holds so many groups, each at the place of the newest of its notifications that falls into the
 * page; further ones of a group may come in later pages again, under the same key.
 */
import { type RawBuilder, sql } from 'kysely'
import type { NotificationType } from '../../contracts/notification.ts'
import { isRowId } from '../../core/id.ts'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import { statement } from '../../db/statement.ts'
import { READ_UP_TO, findNotifications } from './list-notifications.ts'
import {
  type NotificationFilter,
  type NotificationRow,
  fromShownActors,
  shownTo,
} from './shown-notifications.ts'

/** Most accounts that a group names. */
const SAMPLE = 8

export interface GroupFilter extends NotificationFilter {
  /** Types that may be shown as one. */
  readonly groupedTypes: readonly NotificationType[]
}

export interface ListedGroup {
  readonly key: string
  /** The newest in the page that tells of the group. */
  readonly row: NotificationRow
  readonly count: number
  readonly newestId: string
  /** From whom, the newest first. */
  readonly sampleIds: readonly string[]
  /** Null outside of a page. */
  readonly span: { readonly minId: string; readonly maxId: string; readonly latestAt: Date } | null
}

/** Two statements. Cursors are ids of notifications. */
export async function listGroups(
  db: Querier,
  viewerId: string,
  filter: GroupFilter,
  page: PageRequest,
): Promise<PageOf<ListedGroup>> {
  const rows = await readGroups(db, { viewerId, ...page }, filter)
  const found = toPage(rows, page, (row) => row.id)
  const keyed = found.items.map(({ key: shownKey, ...row }) => ({ key: shownKey, row }))
  return { ...found, items: await withMembers(db, viewerId, keyed, spanOf(found, page)) }
}

const readGroups = statement(
  ({ viewerId, ...page }: PageRequest & { readonly viewerId: string }, filter: GroupFilter) =>
    sql<NotificationRow & { key: string }>`
    ${walk(viewerId, filter, page)}
    select notifications.*, found.key from found join notifications using (id)
     order by id ${sql.raw(page.minId === null ? 'desc' : 'asc')}`,
)

/** `found`: one notification of each group after the other, until the page is full; no more rows are looked at. */
function walk(viewerId: string, filter: GroupFilter, page: PageRequest): RawBuilder<unknown> {
  const cursor = sql.ref('one.id')
  const onward = page.minId === null ? sql`one.id < found.id` : sql`one.id > found.id`
  const key = keyOf('one', filter)
  const shown = sql`${shownTo(viewerId, filter, 'one')} and ${withinPage(cursor, page)}`
  const nearest = pageOrder(cursor, { ...page, limit: 1 })
  return sql`
    with recursive found as (
      (select one.id, ${key} as key, array[${key}] as keys from notifications as one where ${shown} ${nearest})
      union all
      select next.* from found cross join lateral (
        select one.id, ${key}, found.keys || ${key} from notifications as one
         where ${shown} and ${onward} and ${key} <> all(found.keys) ${nearest}) as next
       where cardinality(found.keys) < ${page.limit}
    )`
}

/** Those that the notification of a key stands for; undefined where there is nothing to be shown. */
export async function findGroup(
  db: Querier,
  viewerId: string,
  key: string,
  filter: GroupFilter,
): Promise<ListedGroup | undefined> {
  const single = singleId(key)
  const rows =
    single === null
      ? await newestOf(db, viewerId, key, filter)
      : await findNotifications(db, viewerId, [single], filter)
  return (
    await withMembers(
      db,
      viewerId,
      rows.map((row) => ({ key, row })),
      null,
    )
  )[0]
}

/** The id in the key of what stands for itself; null for the key of a group. */
export function singleId(key: string): string | null {
  const [, id] = /^ungrouped-(.*)$/.exec(key) ?? []
  return id === undefined ? null : isRowId(id) ? id : '0'
}

async function newestOf(
  db: Querier,
  viewerId: string,
  key: string,
  filter: GroupFilter,
): Promise<NotificationRow[]> {
  const { rows } = await sql<NotificationRow>`
    select notifications.* from notifications
     where ${shownTo(viewerId, filter)} and notifications.group_key = ${key}
     order by notifications.id desc limit 1`.execute(db)
  return rows
}

/** The notifications of one group, page by page. */
export async function listGroupMembers(
  db: Querier,
  viewerId: string,
  key: string,
  filter: NotificationFilter,
  page: PageRequest,
): Promise<PageOf<NotificationRow>> {
  const cursor = sql.ref('notifications.id')
  const single = singleId(key)
  const which = single === null ? sql`notifications.group_key = ${key}` : sql`notifications.id = ${single}`
  const { rows } = await sql<NotificationRow>`
    select notifications.* from notifications
     where ${shownTo(viewerId, filter)} and ${which} and ${withinPage(cursor, page)}
     ${pageOrder(cursor, page)}`.execute(db)
  return toPage(rows, page, (row) => row.id)
}

/** Groups with something newer than the read marker; counting stops at the limit. */
export async function countUnreadGroups(
  db: Querier,
  viewerId: string,
  filter: GroupFilter,
  limit: number,
): Promise<number> {
  const { rows: read } = await sql<{ id: string }>`select ${READ_UP_TO(viewerId)} as id`.execute(db)
  const unread = { maxId: null, sinceId: read[0]?.id ?? null, minId: null, limit }
  const { rows } = await sql<{ count: number }>`
    ${walk(viewerId, filter, unread)} select count(*)::int as count from found`.execute(db)
  return rows[0]?.count ?? 0
}

function keyOf(alias: string, { groupedTypes }: GroupFilter): RawBuilder<string> {
  const groupKey = sql`case when ${sql.ref(`${alias}.kind`)} = any(${groupedTypes}::text[]) then ${sql.ref(`${alias}.group_key`)} end`
  return sql<string>`coalesce(${groupKey}, 'ungrouped-' || ${sql.ref(`${alias}.id`)})`
}

interface Span {
  readonly minId: string
  /** Null where the page has no upper end. */
  readonly maxId: string | null
}

/** What a page tells of: from the oldest to the newest of its groups, and as far as was asked for where there are no more. */
function spanOf(page: PageOf<NotificationRow>, asked: PageRequest): Span | null {
  if (page.oldest === null || page.newest === null) return null
  if (page.isFull) return { minId: page.oldest, maxId: page.newest }
  if (asked.minId !== null) return { minId: page.oldest, maxId: before(asked.maxId) ?? null }
  return { minId: asked.sinceId === null ? '0' : String(BigInt(asked.sinceId) + 1n), maxId: page.newest }
}

const before = (id: string | null): string | undefined => (id === null ? undefined : String(BigInt(id) - 1n))

interface Members {
  readonly key: string
  readonly count: number
  readonly newest_id: string
  readonly min_id: string | null
  readonly latest_at: Date
  readonly sample_ids: readonly string[]
}

async function withMembers(
  db: Querier,
  viewerId: string,
  rows: ReadonlyArray<{ readonly key: string; readonly row: NotificationRow }>,
  span: Span | null,
): Promise<ListedGroup[]> {
  const keys = rows.flatMap(({ key, row }) => (key === row.group_key ? [key] : []))
  const members = new Map((await loadMembers(db, viewerId, keys, span)).map((one) => [one.key, one]))
  return rows.map(({ key, row }) => {
    const group = members.get(key)
    const newestId = group?.newest_id ?? row.id
    const latestAt = group?.latest_at ?? row.created_at
    return {
      key,
      row,
      count: group?.count ?? 1,
      newestId,
      sampleIds: group?.sample_ids ?? [row.from_actor_id],
      span: span === null ? null : { minId: group?.min_id ?? row.id, maxId: newestId, latestAt },
    }
  })
}

/** What is newer than the page is not counted: it comes with a page of its own. */
async function loadMembers(
  db: Querier,
  viewerId: string,
  keys: readonly string[],
  span: Span | null,
): Promise<Members[]> {
  if (keys.length === 0) return []
  return readMembers(db, {
    viewerId,
    keys: [...new Set(keys)],
    minId: span?.minId ?? '0',
    maxId: span?.maxId ?? null,
  })
}

interface Wanted {
  readonly viewerId: string
  readonly keys: readonly string[]
  readonly minId: string
  readonly maxId: string | null
}

const readMembers = statement(({ viewerId, keys, minId, maxId }: Wanted) => {
  const upTo = maxId === null ? sql`` : sql` and member.id <= ${maxId}`
  return sql<Members>`
    select wanted.key, members.*
      from unnest(${keys}::text[]) as wanted (key)
     cross join lateral (
           select count(*)::int as count, max(member.id) as newest_id,
                  min(member.id) filter (where member.id >= ${minId}) as min_id, max(member.created_at) as latest_at,
                  (array_agg(member.from_actor_id order by member.id desc))[1:${sql.lit(SAMPLE)}] as sample_ids
             from notifications as member
            where member.actor_id = ${viewerId} and member.group_key = wanted.key and member.dismissed_at is null
              and not member.is_filtered and ${fromShownActors(viewerId, 'member')}${upTo}) as members
     where members.count > 0`
})
