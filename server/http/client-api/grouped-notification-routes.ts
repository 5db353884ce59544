/** Notifications in groups, as apps show them since Mastodon 4.3. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { HomebirdError } from '../../core/errors.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { dismissGroup } from '../../domain/notifications/dismiss-notifications.ts'
import {
  countUnreadGroups,
  findGroup,
  listGroupMembers,
  listGroups,
} from '../../domain/notifications/list-groups.ts'
import { groupsFromListed } from '../../domain/notifications/notification-entities.ts'
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
import { ACCOUNT_PAGE, PageQuery, linkPage, pageRequest } from './pages.ts'

const params = Type.Object({ group_key: Type.String({ maxLength: 80 }) })

export function groupedNotificationRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const reading = { ...forUser('read:notifications'), schema: { querystring: NotificationQuery } }
    app.get('/notifications', reading, async (request, reply) => {
      const wanted = pageRequest(request.query, NOTIFICATION_PAGE)
      const page = await listGroups(db, actorIdOf(request), filterOfQuery(api, request), wanted)
      linkPage(api, request, reply, page)
      const hasPartialAccounts = request.query.expand_accounts === 'partial_avatars'
      return groupsFromListed(db, scopeOfQuery(api, request), page.items, hasPartialAccounts)
    })
    app.get('/notifications/unread_count', reading, async (request) => {
      const limit = clampUnread(request.query.limit)
      return { count: await countUnreadGroups(db, actorIdOf(request), filterOfQuery(api, request), limit) }
    })
    groupRoutes(app, api)
  }
}

/** One group, by its key. */
function groupRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  app.get(
    '/notifications/:group_key',
    { ...forUser('read:notifications'), schema: { params } },
    async (request) => {
      const key = request.params.group_key
      const group = await findGroup(db, actorIdOf(request), key, filterOfOne(request))
      if (group === undefined) throw new HomebirdError('NOT_FOUND', `no group of notifications ${key}`)
      return groupsFromListed(db, api.scopeOf(request), [group], false)
    },
  )
  app.get(
    '/notifications/:group_key/accounts',
    { ...forUser('read:notifications'), schema: { params, querystring: PageQuery } },
    async (request, reply) => {
      const wanted = pageRequest(request.query, ACCOUNT_PAGE)
      const key = request.params.group_key
      const page = await listGroupMembers(db, actorIdOf(request), key, filterOfOne(request), wanted)
      linkPage(api, request, reply, page)
      const ids = page.items.map((row) => row.from_actor_id)
      return accountsFromIds(db, api.scopeOf(request), ids)
    },
  )
  app.post(
    '/notifications/:group_key/dismiss',
    { ...forUser('write:notifications'), schema: { params } },
    async (request) => {
      await dismissGroup(db, actorIdOf(request), request.params.group_key, api.now())
      return {}
    },
  )
}
