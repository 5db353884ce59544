/**
 * What apps ask at their start and this home has none of: announcements and the like. The honest answer is an empty
 * one; a not-found would look like a broken server.
 */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { forAll, forUser } from './access.ts'
import type { ApiApp } from './api.ts'

/** Lists of an identity, by the scope that reads them. */
const FOR_USERS: Readonly<Record<string, readonly string[]>> = {
  'read:statuses': ['/v1/announcements'],
  'read:notifications': ['/v1/notifications/requests'],
}

/** Lists of accounts that are empty. */
const OF_ACCOUNTS = ['/v1/accounts/:id/identity_proofs']

export function quietRoutes(): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    for (const [scope, paths] of Object.entries(FOR_USERS)) {
      for (const path of paths) app.get(path, forUser(scope), async () => [])
    }
    for (const path of OF_ACCOUNTS) app.get(path, forAll('read:accounts'), async () => [])
    policyRoutes(app)
    announcementRoutes(app)
  }
}

/** Everybody's notifications are shown: there is no stranger's box yet. */
function policyRoutes(app: ApiApp): void {
  const kinds = ['not_following', 'not_followers', 'new_accounts', 'private_mentions', 'limited_accounts']
  const summary = { pending_requests_count: 0, pending_notifications_count: 0 }
  app.get('/v2/notifications/policy', forUser('read:notifications'), async () => ({
    ...Object.fromEntries(kinds.map((kind) => [`for_${kind}`, 'accept'])),
    summary,
  }))
  app.get('/v1/notifications/policy', forUser('read:notifications'), async () => ({
    ...Object.fromEntries(kinds.slice(0, 4).map((kind) => [`filter_${kind}`, false])),
    summary,
  }))
  app.get('/v1/notifications/requests/merged', forUser('read:notifications'), async () => ({ merged: true }))
}

/** Nothing is announced, and so nothing is put away. */
function announcementRoutes(app: ApiApp): void {
  const name = {
    ...forUser('write:accounts'),
    schema: { params: Type.Object({ id: Type.String({ maxLength: 40 }) }) },
  }
  app.post('/v1/announcements/:id/dismiss', name, async () => ({}))
}
