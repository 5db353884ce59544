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
    announcementRoutes(app)
  }
}

/** Nothing is announced, and so nothing is put away. */
function announcementRoutes(app: ApiApp): void {
  const name = {
    ...forUser('write:accounts'),
    schema: { params: Type.Object({ id: Type.String({ maxLength: 40 }) }) },
  }
  app.post('/v1/announcements/:id/dismiss', name, async () => ({}))
}
