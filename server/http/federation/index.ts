/** Everything that other servers ask of this home. */
import type { FastifyPluginAsync } from 'fastify'
import type { HttpContext } from '../http-context.ts'
import { actorRoutes } from './actor-routes.ts'
import { collectionRoutes } from './collection-routes.ts'
import { inboxRoutes } from './inbox.ts'
import { postRoutes } from './post-routes.ts'
import { relationRoutes } from './relation-routes.ts'
import { openSurface } from './surface.ts'
import { wellKnownRoutes } from './well-known-routes.ts'

export function federationRoutes(context: HttpContext): FastifyPluginAsync {
  const surface = openSurface(context)
  return async (app) => {
    app.addHook('onClose', () => surface.answers.close())
    await app.register(inboxRoutes(context))
    await app.register(wellKnownRoutes(surface))
    await app.register(actorRoutes(surface))
    await app.register(collectionRoutes(surface))
    await app.register(postRoutes(surface))
    await app.register(relationRoutes(surface))
  }
}
