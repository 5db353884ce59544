/** Which notifications a request asks for, in the first form and in groups alike. */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { NOTIFICATION_TYPES, type NotificationType } from '../../contracts/notification.ts'
import { isRowId } from '../../core/id.ts'
import type { EntityScope } from '../../domain/actors/entity-scope.ts'
import { GROUPED_TYPES } from '../../domain/notifications/group-key.ts'
import type { GroupFilter } from '../../domain/notifications/list-groups.ts'
import { EVERY_NOTIFICATION } from '../../domain/notifications/shown-notifications.ts'
import { kindsHiddenFrom } from './access.ts'
import type { Api } from './api.ts'
import { PAGE_MEMBERS } from './pages.ts'

export const NOTIFICATION_PAGE = { usual: 40, most: 80 }
const UNREAD = { usual: 100, most: 1_000 }
const MOST_TYPES = 40

const Types = Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: MOST_TYPES }))

export const NotificationQuery = Type.Object({
  ...PAGE_MEMBERS,
  types: Types,
  exclude_types: Types,
  account_id: Type.Optional(Type.String({ maxLength: 40 })),
  include_filtered: Type.Optional(Type.Boolean()),
  grouped_types: Types,
  expand_accounts: Type.Optional(Type.Union([Type.Literal('full'), Type.Literal('partial_avatars')])),
})

type Query = Static<typeof NotificationQuery>
type QueryRequest = FastifyRequest<{ Querystring: Query }>

export const clampUnread = (limit: number | undefined): number =>
  Math.min(UNREAD.most, Math.max(1, limit ?? UNREAD.usual))

const KNOWN: ReadonlySet<string> = new Set(NOTIFICATION_TYPES)
const isKnown = (type: string): type is NotificationType => KNOWN.has(type)

/** Pleroma's name of the type. */
const namedHere = (types: readonly string[] = []): string[] =>
  types.map((type) => type.replace(/^pleroma:(?=emoji_reaction$)/, ''))

/** Who names the type knows it. */
function knowsReactions(api: Api, query: Query): boolean {
  const named = namedHere([...(query.types ?? []), ...(query.exclude_types ?? [])])
  return api.listener === 'private' || named.includes('emoji_reaction')
}

/** Entities as this reader knows them. */
export const scopeOfQuery = (api: Api, request: QueryRequest): EntityScope => ({
  ...api.scopeOf(request),
  knowsReactions: knowsReactions(api, request.query),
})

/** To apps that do not know reactions these are favourites, where they are asked for and where they are left out. */
function withReactions(types: readonly NotificationType[]): readonly NotificationType[] {
  return types.includes('favourite') ? [...types, 'emoji_reaction'] : types
}

/** Whoever asks for nothing but types that are unknown gets nothing. */
export function filterOfQuery(api: Api, { query, access }: QueryRequest): GroupFilter {
  const knows = knowsReactions(api, query)
  const readAs = (types: readonly NotificationType[]) => (knows ? types : withReactions(types))
  const types = readAs(namedHere(query.types).filter(isKnown))
  const asksUnknownOnly = query.types !== undefined && query.types.length > 0 && types.length === 0
  const from = query.account_id
  return {
    types,
    excludedTypes: asksUnknownOnly
      ? NOTIFICATION_TYPES
      : [...readAs(namedHere(query.exclude_types).filter(isKnown)), ...kindsHiddenFrom(access)],
    // What is no id is nobody's.
    fromActorId: from === undefined || from === '' ? null : isRowId(from) ? from : '0',
    withFiltered: query.include_filtered ?? false,
    groupedTypes: query.grouped_types === undefined ? GROUPED_TYPES : query.grouped_types.filter(isKnown),
  }
}

/** Of what is asked for by its id or key: also what waits for the owner's word. */
export const filterOfOne = ({ access }: Pick<FastifyRequest, 'access'>): GroupFilter => ({
  ...EVERY_NOTIFICATION,
  excludedTypes: kindsHiddenFrom(access),
  withFiltered: true,
  groupedTypes: GROUPED_TYPES,
})
