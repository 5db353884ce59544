/** Notifications, in the first form and the grouped one. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import {
  type GroupedNotifications,
  NOTIFICATION_TYPES,
  type Notification,
  type NotificationGroup,
  type NotificationType,
} from '../../contracts/notification.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { dismissNotifications } from '../../domain/notifications/dismiss-notifications.ts'
import {
  type NotificationFilter,
  countUnread,
  findNotifications,
  listNotifications,
  notificationsFromRows,
} from '../../domain/notifications/list-notifications.ts'
import { actorIdOf, forUser, kindsHiddenFrom } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { PAGE_MEMBERS, clampLimit, linkPage, pageRequest } from './pages.ts'
import { IdParams } from './status-routes.ts'

const NOTIFICATION_PAGE = { usual: 40, most: 80 }
const UNREAD = { usual: 100, most: 1_000 }
const MOST_TYPES = 40

const Types = Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: MOST_TYPES }))
const FilterQuery = Type.Object({
  ...PAGE_MEMBERS,
  types: Types,
  exclude_types: Types,
  account_id: Type.Optional(Type.String({ maxLength: 40 })),
})
const GroupParams = Type.Object({ group_key: Type.String({ maxLength: 60 }) })

export function notificationRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get('/v1/notifications', reading(), async (request, reply) => sendPage(api, request, reply))
    app.get('/v2/notifications', reading(), async (request, reply) =>
      grouped(await sendPage(api, request, reply)),
    )
    for (const path of ['/v1/notifications/unread_count', '/v2/notifications/unread_count']) {
      app.get(path, reading(), async (request) => {
        const limit = clampUnread(request.query.limit)
        const filter = filterOf(request, knowsReactions(api, request.query))
        const count = await countUnread(api.context.db, actorIdOf(request), filter, limit)
        return { count }
      })
    }
    singleRoutes(app, api)
    groupRoutes(app, api)
  }
}

const reading = () => ({ ...forUser('read:notifications'), schema: { querystring: FilterQuery } })

const clampUnread = (limit: number | undefined): number =>
  Math.min(UNREAD.most, Math.max(1, limit ?? UNREAD.usual))

async function sendPage(
  api: Api,
  request: FastifyRequest<{ Querystring: Static<typeof FilterQuery> }>,
  reply: FastifyReply,
): Promise<Notification[]> {
  const { db } = api.context
  const { query } = request
  const wanted = {
    ...pageRequest(query, NOTIFICATION_PAGE),
    limit: clampLimit(query.limit, NOTIFICATION_PAGE),
  }
  const knows = knowsReactions(api, query)
  const page = await listNotifications(db, actorIdOf(request), filterOf(request, knows), wanted)
  linkPage(api, request, reply, page)
  return notificationsFromRows(db, { ...api.scopeOf(request), knowsReactions: knows }, page.items)
}

const KNOWN: ReadonlySet<string> = new Set(NOTIFICATION_TYPES)
const isKnown = (type: string): type is NotificationType => KNOWN.has(type)

/** Pleroma's name of the type. */
const namedHere = (types: readonly string[] = []): string[] =>
  types.map((type) => type.replace(/^pleroma:(?=emoji_reaction$)/, ''))

/** Who names the type knows it. */
function knowsReactions(api: Api, query: Static<typeof FilterQuery>): boolean {
  const named = namedHere([...(query.types ?? []), ...(query.exclude_types ?? [])])
  return api.listener === 'private' || named.includes('emoji_reaction')
}

/** To apps that do not know reactions these are favourites, where they are asked for and where they are left out. */
function withReactions(types: readonly NotificationType[]): readonly NotificationType[] {
  return types.includes('favourite') ? [...types, 'emoji_reaction'] : types
}

function filterOf(
  { query, access }: FastifyRequest<{ Querystring: Static<typeof FilterQuery> }>,
  knows: boolean,
): NotificationFilter {
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
  }
}

/** Each notification stands for itself: a group of one. */
function grouped(notifications: readonly Notification[]): GroupedNotifications {
  const accounts = new Map(notifications.map(({ account }) => [account.id, account]))
  const statuses = new Map(
    notifications.flatMap(({ status }) => (status ? [[status.id, status] as const] : [])),
  )
  return {
    accounts: [...accounts.values()],
    statuses: [...statuses.values()],
    notification_groups: notifications.map(groupOf),
  }
}

const groupOf = (notification: Notification): NotificationGroup => ({
  group_key: notification.group_key,
  notifications_count: 1,
  type: notification.type,
  most_recent_notification_id: notification.id,
  page_min_id: notification.id,
  page_max_id: notification.id,
  latest_page_notification_at: notification.created_at,
  sample_account_ids: [notification.account.id],
  ...(notification.status === undefined ? {} : { status_id: notification.status.id }),
})

/** @throws HomebirdError NOT_FOUND */
async function getNotification(api: Api, request: FastifyRequest, id: string): Promise<Notification> {
  const { db } = api.context
  const rows = await findNotifications(db, actorIdOf(request), [id])
  const [notification] = await notificationsFromRows(db, api.scopeOf(request), rows)
  const isHidden = notification !== undefined && kindsHiddenFrom(request.access).includes(notification.type)
  if (notification === undefined || isHidden)
    throw new HomebirdError('NOT_FOUND', `no notification ${id.slice(0, 20)}`)
  return notification
}

function singleRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const params = IdParams
  const dismiss = async (request: FastifyRequest, ids: readonly string[] | null): Promise<object> => {
    await dismissNotifications(db, actorIdOf(request), ids, api.now())
    return {}
  }
  app.get(
    '/v1/notifications/:id',
    { ...forUser('read:notifications'), schema: { params } },
    async (request) => getNotification(api, request, request.params.id),
  )
  app.post('/v1/notifications/clear', forUser('write:notifications'), async (request) =>
    dismiss(request, null),
  )
  const writing = { ...forUser('write:notifications'), schema: { params } }
  app.post('/v1/notifications/:id/dismiss', writing, async (request) => dismiss(request, [request.params.id]))
  app.delete('/v1/notifications/:id', writing, async (request) => dismiss(request, [request.params.id]))
  const Many = Type.Object({
    ids: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 200 })),
  })
  const bulk = { ...forUser('write:notifications'), schema: { querystring: Many } }
  app.delete('/v1/notifications/destroy_multiple', bulk, async (request) =>
    dismiss(request, request.query.ids ?? []),
  )
}

function groupRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const params = GroupParams
  const idOf = (key: string): string => key.replace(/^ungrouped-/, '')
  const options = { ...forUser('read:notifications'), schema: { params } }
  app.get('/v2/notifications/:group_key', options, async (request) =>
    grouped([await getNotification(api, request, idOf(request.params.group_key))]),
  )
  app.get('/v2/notifications/:group_key/accounts', options, async (request) => {
    const { account } = await getNotification(api, request, idOf(request.params.group_key))
    return accountsFromIds(db, api.scopeOf(request), [account.id])
  })
  const writing = { ...forUser('write:notifications'), schema: { params } }
  app.post('/v2/notifications/:group_key/dismiss', writing, async (request) => {
    await dismissNotifications(db, actorIdOf(request), [idOf(request.params.group_key)], api.now())
    return {}
  })
}
