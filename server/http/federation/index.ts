/** Everything that other servers ask of this home. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import type { HttpContext } from '../http-context.ts'
import { actorRoutes } from './actor-routes.ts'
import { adoptedRoutes } from './adopted-routes.ts'
import { collectionRoutes } from './collection-routes.ts'
import { followersSyncRoutes } from './followers-sync-routes.ts'
import { inboxRoutes } from './inbox.ts'
import { postRoutes } from './post-routes.ts'
import { quoteRoutes } from './quote-routes.ts'
import { relationRoutes } from './relation-routes.ts'
import { openSurface } from './surface.ts'
import { wellKnownRoutes } from './well-known-routes.ts'

/** No path of ours holds a percent sign: what the router would decode is another spelling of a path (rule 84). */
function refuseOtherSpellings(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const [path = ''] = (request.raw.url ?? '').split('?', 1)
    if (!path.includes('%')) return done()
    return done(new HomebirdError('NOT_FOUND', `nothing at ${path.slice(0, 200)}`))
  })
}

export function federationRoutes(context: HttpContext): FastifyPluginAsync {
  const surface = openSurface(context)
  return async (app) => {
    refuseOtherSpellings(app)
    await app.register(inboxRoutes(context))
    await app.register(wellKnownRoutes(surface))
    await app.register(actorRoutes(surface))
    await app.register(collectionRoutes(surface))
    await app.register(followersSyncRoutes(surface))
    await app.register(postRoutes(surface))
    await app.register(quoteRoutes(surface))
    await app.register(relationRoutes(surface))
    await app.register(adoptedRoutes(surface))
  }
}
