/**
 * Pages of a list, each at a path of its own: some caches leave the query out of their keys, and would give one page for
 * another.
 */
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { PageOf, PageRequest } from '../../db/paging.ts'
import type { PageLinks } from './parts/paging.ts'

const PER_PAGE = 20

/** Behind the path of a list; `side` is `before` or `after`. */
export const PAGE_PATH = '/:side(^before|after$)/:cursor'

/** The first page of a list, and those beyond. */
export const bothPages = (list: string): readonly string[] => [list, `${list}${PAGE_PATH}`]

export interface PageParams {
  readonly side?: string
  readonly cursor?: string
}

/**
 * One more than is shown is read: whether there is a further page is known then.
 * @throws HomebirdError NOT_FOUND for a cursor that is none
 */
export function pageRequestOf({ side, cursor }: PageParams, perPage = PER_PAGE): PageRequest {
  const first = { maxId: null, sinceId: null, minId: null, limit: perPage + 1 }
  if (cursor === undefined) return first
  if (!isRowId(cursor)) throw new HomebirdError('NOT_FOUND', `${cursor.slice(0, 30)} is no place in a list`)
  return side === 'before' ? { ...first, maxId: cursor } : { ...first, minId: cursor }
}

export interface ShownPage<T> {
  readonly items: readonly T[]
  readonly links: PageLinks
}

/** @param path  of the list; @param cursorOf  what the list is ordered by */
export function shownPage<T>(
  found: PageOf<T>,
  request: PageRequest,
  path: string,
  cursorOf: (item: T) => string,
): ShownPage<T> {
  const isUpwards = request.minId !== null
  const hasMore = found.items.length >= request.limit
  const kept = hasMore ? (isUpwards ? found.items.slice(1) : found.items.slice(0, -1)) : found.items
  const [first, last] = [kept[0], kept.at(-1)]
  const hasNewer = isUpwards ? hasMore : request.maxId !== null
  const hasOlder = isUpwards || hasMore
  return {
    items: kept,
    links: {
      newer: hasNewer && first !== undefined ? `${path}/after/${cursorOf(first)}` : null,
      older: hasOlder && last !== undefined ? `${path}/before/${cursorOf(last)}` : null,
    },
  }
}

const PEOPLE_PER_PAGE = 40

/** Lists of people are ordered by what is between two of them, which is no part of the people. */
export const peopleRequestOf = (params: PageParams): PageRequest => {
  const request = pageRequestOf(params)
  return { ...request, limit: PEOPLE_PER_PAGE }
}

/** A page that is full may be the last: the next one then says so. */
export function linksOf(page: PageOf<unknown>, request: PageRequest, path: string): PageLinks {
  const isUpwards = request.minId !== null
  const hasNewer = isUpwards ? page.isFull : request.maxId !== null
  const hasOlder = isUpwards || page.isFull
  return {
    newer: hasNewer && page.newest !== null ? `${path}/after/${page.newest}` : null,
    older: hasOlder && page.oldest !== null ? `${path}/before/${page.oldest}` : null,
  }
}
