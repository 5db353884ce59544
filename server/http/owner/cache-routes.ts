/** The caches in the owner's hands: what they hold and save, and a way to empty each. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { CacheCleared, CacheReport } from '../../contracts/caches.ts'
import { statsOf } from '../../storage/caches/open-caches.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from './session.ts'

const OWNER = { config: { scope: 'owner' } } as const

const NameParams = Type.Object({
  name: Type.Union([Type.Literal('default'), Type.Literal('media'), Type.Literal('avatars')]),
})

export function cacheRoutes(context: HttpContext): FastifyPluginAsync {
  const { caches, remoteMedia, log } = context
  return async (app) => {
    app.addHook('preHandler', async (request) => {
      await requireOwner(context, request)
    })
    app.get('/caches', OWNER, async (): Promise<CacheReport> => ({ caches: await statsOf(caches) }))
    app.post<{ Params: Static<typeof NameParams> }>(
      '/caches/:name/clear',
      { ...OWNER, schema: { params: NameParams } },
      async ({ params: { name } }): Promise<CacheCleared> => {
        const items = await caches[name].clear()
        remoteMedia.drop()
        log.info({ event: 'cache.cleared', cache: name, items })
        return { name, items }
      },
    )
  }
}
