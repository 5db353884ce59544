/**
 * Pages of lists that are ordered by a growing id, as the client API counts them: `max_id` and `since_id` take the newest
 * rows between them, `min_id` takes the rows right above it. Every page is given newest first.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely'

export interface PageRequest {
  /** Rows older than this. */
  readonly maxId: string | null
  /** Rows newer than this, the newest of all first. */
  readonly sinceId: string | null
  /** Rows newer than this, those closest to it. */
  readonly minId: string | null
  readonly limit: number
}

export interface PageOf<T> {
  /** Newest first. */
  readonly items: readonly T[]
  /** Cursor of the first item, null when there is none. */
  readonly newest: string | null
  readonly oldest: string | null
  /** Whether there may be more beyond. */
  readonly isFull: boolean
}

/** The condition of a page on its cursor column. */
export function withinPage(cursor: RawBuilder<unknown>, page: PageRequest): RawBuilder<SqlBool> {
  const lower = page.minId ?? page.sinceId
  const below = page.maxId === null ? sql`` : sql` and ${cursor} < ${page.maxId}`
  const above = lower === null ? sql`` : sql` and ${cursor} > ${lower}`
  return sql<SqlBool>`(true${below}${above})`
}

/** `order by … limit …` of a page; `toPage` puts the rows right again. */
export function pageOrder(cursor: RawBuilder<unknown>, page: PageRequest): RawBuilder<unknown> {
  const direction = page.minId === null ? sql.raw('desc') : sql.raw('asc')
  return sql`order by ${cursor} ${direction} limit ${page.limit}`
}

/** @param rows  as `pageOrder` gave them */
export function toPage<T>(rows: readonly T[], page: PageRequest, cursorOf: (row: T) => string): PageOf<T> {
  const items = page.minId === null ? rows : rows.toReversed()
  const first = items[0]
  const last = items.at(-1)
  return {
    items,
    newest: first === undefined ? null : cursorOf(first),
    oldest: last === undefined ? null : cursorOf(last),
    isFull: rows.length >= page.limit,
  }
}

/** The same page with other items. */
export function pageWith<T, U>(page: PageOf<T>, items: readonly U[]): PageOf<U> {
  return { items, newest: page.newest, oldest: page.oldest, isFull: page.isFull }
}
