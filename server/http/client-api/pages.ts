/** Pages in requests and answers: `max_id`, `since_id`, `min_id`, `limit`, and the Link header that leads on. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { PageOf, PageRequest } from '../../db/paging.ts'
import { isRowId } from '../../core/id.ts'
import type { Api } from './api.ts'

/** Rule 77. */
export const MAX_PAGE = 80

const Cursor = Type.Optional(Type.String({ maxLength: 40 }))

export const PAGE_MEMBERS = {
  max_id: Cursor,
  since_id: Cursor,
  min_id: Cursor,
  limit: Type.Optional(Type.Integer()),
}

export const PageQuery = Type.Object(PAGE_MEMBERS)

interface PageSizes {
  readonly usual: number
  readonly most: number
}

export const STATUS_PAGE: PageSizes = { usual: 20, most: 40 }
export const ACCOUNT_PAGE: PageSizes = { usual: 40, most: 80 }
/** Apps take the first page of followed hashtags for all of them. */
export const TAG_PAGE: PageSizes = { usual: 80, most: 80 }

/** What a client asks for, its limit brought between 1 and the most; a cursor that is no id is none. */
export function pageRequest(query: Static<typeof PageQuery>, sizes: PageSizes): PageRequest {
  return {
    maxId: cursorOf(query.max_id),
    sinceId: cursorOf(query.since_id),
    minId: cursorOf(query.min_id),
    limit: clampLimit(query.limit, sizes),
  }
}

export function clampLimit(limit: number | undefined, sizes: PageSizes): number {
  return Math.min(sizes.most, MAX_PAGE, Math.max(1, Math.trunc(limit ?? sizes.usual)))
}

const cursorOf = (text: string | undefined): string | null =>
  text !== undefined && isRowId(text) ? text : null

const CURSORS: readonly string[] = ['max_id', 'since_id', 'min_id']

/** Sets the Link header: `next` leads to what is older, `prev` to what is newer. */
export function linkPage(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  page: PageOf<unknown>,
): void {
  const links = pageLinks(originOf(api, request), request.url, page)
  if (links !== null) void reply.header('link', links)
}

/** @param address  path and query of the page itself; its cursors are replaced */
export function pageLinks(origin: string, address: string, page: PageOf<unknown>): string | null {
  if (page.newest === null || page.oldest === null) return null
  const links = [`<${origin}${pageAddress(address, 'min_id', page.newest)}>; rel="prev"`]
  if (page.isFull) links.unshift(`<${origin}${pageAddress(address, 'max_id', page.oldest)}>; rel="next"`)
  return links.join(', ')
}

function pageAddress(address: string, cursor: string, value: string): string {
  const url = new URL(address, 'https://home.invalid')
  for (const name of CURSORS) url.searchParams.delete(name)
  url.searchParams.set(cursor, value)
  return `${url.pathname}${url.search}`
}

/**
 * The origin by which the client reached this home; nothing on the private listener, whose client knows it itself. Names
 * that are not of the home's domains were let in by the host guard: allowed ones, or loopback while there is no address.
 */
export function originOf(api: Api, request: FastifyRequest): string {
  if (api.listener === 'private') return ''
  const host = (request.headers.host ?? '').toLowerCase()
  return api.context.home.isOwnHost(host) ? `https://${host}` : `${request.protocol}://${host}`
}

/** A part of a list that is counted through. */
interface OffsetPage<T> {
  readonly items: readonly T[]
  readonly offset: number
  readonly limit: number
  readonly hasMore: boolean
}

/** Sets the Link header of a list that is counted through. @returns the items */
export function linkOffsets<T>(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  { items, offset, limit, hasMore }: OffsetPage<T>,
): readonly T[] {
  const linkTo = (rel: 'next' | 'prev', place: number): string =>
    `<${originOf(api, request)}${pageAddress(request.url, 'offset', String(place))}>; rel="${rel}"`
  const links = [
    ...(hasMore ? [linkTo('next', offset + limit)] : []),
    ...(offset > 0 ? [linkTo('prev', Math.max(0, offset - limit))] : []),
  ]
  if (links.length > 0) void reply.header('link', links.join(', '))
  return items
}
