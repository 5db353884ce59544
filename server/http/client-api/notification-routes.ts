/** Notifications one by one: read, put away, counted; with their groups and the policy for strangers. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { HomebirdError } from '../../core/errors.ts'
import { clearNotifications, dismissNotifications } from '../../domain/notifications/dismiss-notifications.ts'
import {
  countUnread,
  findNotifications,
  listNotifications,
} from '../../domain/notifications/list-notifications.ts'
import { notificationsFromRows } from '../../domain/notifications/notification-entities.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import {
  NOTIFICATION_PAGE,
  NotificationQuery,
  clampUnread,
  filterOfOne,
  filterOfQuery,
  scopeOfQuery,
} from './notification-query.ts'
import { groupedNotificationRoutes } from './grouped-notification-routes.ts'
import { notificationPolicyRoutes } from './notification-policy-routes.ts'
import { linkPage, pageRequest } from './pages.ts'
import { IdParams } from './status-routes.ts'

/** All that is about notifications, below `/v1` and `/v2`. */
export function notificationRoutes(api: Api): FastifyPluginAsync {
  return async (app) => {
    await app.register(singleRoutes(api), { prefix: '/v1' })
    await app.register(groupedNotificationRoutes(api), { prefix: '/v2' })
    await app.register(notificationPolicyRoutes(api))
  }
}

function singleRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const reading = { ...forUser('read:notifications'), schema: { querystring: NotificationQuery } }
    app.get('/notifications', reading, async (request, reply) => {
      const wanted = pageRequest(request.query, NOTIFICATION_PAGE)
      const page = await listNotifications(db, actorIdOf(request), filterOfQuery(api, request), wanted)
      linkPage(api, request, reply, page)
      return notificationsFromRows(db, scopeOfQuery(api, request), page.items)
    })
    app.get('/notifications/unread_count', reading, async (request) => {
      const limit = clampUnread(request.query.limit)
      return { count: await countUnread(db, actorIdOf(request), filterOfQuery(api, request), limit) }
    })
    const params = IdParams
    const one = { ...forUser('read:notifications'), schema: { params } }
    app.get('/notifications/:id', one, async (request) => {
      const { id } = request.params
      const rows = await findNotifications(db, actorIdOf(request), [id], filterOfOne(request))
      const [notification] = await notificationsFromRows(db, api.scopeOf(request), rows)
      if (notification === undefined)
        throw new HomebirdError('NOT_FOUND', `no notification ${id.slice(0, 20)}`)
      return notification
    })
    dismissRoutes(app, api)
  }
}

const MOST_IDS = 200
const Many = Type.Object({
  ids: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: MOST_IDS })),
})

/** What is unknown is put away already. */
function dismissRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const dismiss = async (request: FastifyRequest, ids: readonly string[]): Promise<object> => {
    await dismissNotifications(db, actorIdOf(request), ids, api.now())
    return {}
  }
  app.post('/notifications/clear', forUser('write:notifications'), async (request) => {
    await clearNotifications(db, actorIdOf(request), api.now())
    return {}
  })
  const writing = { ...forUser('write:notifications'), schema: { params: IdParams } }
  app.post('/notifications/:id/dismiss', writing, async (request) => dismiss(request, [request.params.id]))
  app.delete('/notifications/:id', writing, async (request) => dismiss(request, [request.params.id]))
  const bulk = { ...forUser('write:notifications'), schema: { querystring: Many } }
  app.delete('/notifications/destroy_multiple', bulk, async (request) =>
    dismiss(request, request.query.ids ?? []),
  )
}
