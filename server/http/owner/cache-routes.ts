/** The caches in the owner's hands: what they hold and save, a way to empty each, and to ask again for what could not be had. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { CacheCleared, CacheReport } from '../../contracts/caches.ts'
import type { MediaAskedAgain } from '../../contracts/media-care.ts'
import { inTransaction } from '../../db/transaction.ts'
import { askAgain, parseMediaHost } from '../../domain/remote-media/ask-again.ts'
import { statsOf } from '../../storage/caches/open-caches.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const

const NameParams = Type.Object({
  name: Type.Union([Type.Literal('default'), Type.Literal('media'), Type.Literal('avatars')]),
})

const HostForm = Type.Object({ host: Type.Optional(Type.String({ maxLength: 300 })) })

export function cacheRoutes(context: HttpContext): FastifyPluginAsync {
  const { caches, db, remoteMedia, log } = context
  return async (app) => {
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
    app.post<{ Body: Static<typeof HostForm> }>(
      '/media/refetch',
      { ...OWNER, schema: { body: HostForm } },
      async ({ body }): Promise<MediaAskedAgain> => {
        const host = parseMediaHost(body.host)
        const asked = await inTransaction(db, async (tx) => askAgain(tx, host))
        remoteMedia.drop()
        log.info({ event: 'media.asked_again', host, ...asked })
        return asked
      },
    )
  }
}
