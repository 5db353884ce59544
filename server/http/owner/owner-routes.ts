/** Everything under `/api/homebird/v1/`: set-up, sign-in, the state of the home. Registered on the private app only. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { FieldErrors } from '../../contracts/owner-api.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { checkBySchema } from '../client-api/check-schema.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { limiterKey } from '../plugins/limiter-key.ts'
import { adoptionRoutes } from './adoption-routes.ts'
import { archiveRoutes } from './archive-routes.ts'
import { backupRoutes } from './backup-routes.ts'
import { restoreRoutes } from './restore-routes.ts'
import { handOverRoutes } from './hand-over-routes.ts'
import { takingRoutes } from './taking-routes.ts'
import { blockListRoutes } from './block-list-routes.ts'
import { cacheRoutes } from './cache-routes.ts'
import { cleanUpRoutes } from './clean-up-routes.ts'
import { domainRoutes } from './domain-routes.ts'
import { draftRoutes } from './draft-routes.ts'
import { edgeFileRoutes } from './edge-file-routes.ts'
import { edgeRoutes } from './edge-routes.ts'
import { emojiRoutes } from './emoji-routes.ts'
import { exportRoutes } from './export-routes.ts'
import { farewellRoutes } from './farewell-routes.ts'
import { followRoutes } from './follow-routes.ts'
import { homeFeedRoutes } from './home-feed-routes.ts'
import { homeRoutes } from './home-routes.ts'
import { homeTextRoutes } from './home-text-routes.ts'
import { inspectorRoutes } from './inspector-routes.ts'
import { ownFilesRoutes } from './own-files-routes.ts'
import { peerRoutes } from './peer-routes.ts'
import { preferenceRoutes } from './preference-routes.ts'
import { reportRoutes } from './report-routes.ts'
import { statorRoutes } from './stator-routes.ts'
import { switchRoutes } from './switch-routes.ts'
import { importRoutes } from './import-routes.ts'
import { identityRoutes } from './identity-routes.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { deviceRoutes } from './device-routes.ts'
import { doctorRoutes } from './doctor-routes.ts'
import { helpRoutes } from './help-routes.ts'
import { logRoutes } from './log-routes.ts'
import { statusRoutes } from './status-routes.ts'
import { passkeyRoutes } from './passkey-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { isReading, requireOwnPage, requireOwner } from './session.ts'
import { tunnelRoutes } from './tunnel-routes.ts'
import { tuningRoutes } from './tuning-routes.ts'
import { setUpRoutes } from './set-up-routes.ts'
import { SignInDesk } from './sign-in-desk.ts'
import { signInRoutes } from './sign-in-routes.ts'

const PREFIX = '/api/homebird/v1'

/** Those that let somebody in. */
const DESK_ROUTES = [sessionRoutes, signInRoutes, passkeyRoutes]

const ROUTES: readonly ((context: HttpContext) => FastifyPluginAsync)[] = [
  deviceRoutes,
  setUpRoutes,
  adoptionRoutes,
  homeRoutes,
  homeFeedRoutes,
  homeTextRoutes,
  preferenceRoutes,
  tuningRoutes,
  tunnelRoutes,
  edgeFileRoutes,
  inspectorRoutes,
  relationRoutes,
  switchRoutes,
  draftRoutes,
  edgeRoutes,
  identityRoutes,
  emojiRoutes,
  importRoutes,
  exportRoutes,
  farewellRoutes,
  archiveRoutes,
  reportRoutes,
  peerRoutes,
  deliveryRoutes,
  ownFilesRoutes,
  backupRoutes,
  restoreRoutes,
  handOverRoutes,
  takingRoutes,
  statorRoutes,
  cacheRoutes,
  cleanUpRoutes,
  statusRoutes,
  doctorRoutes,
  logRoutes,
  helpRoutes,
]

export function ownerRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    await app.register(
      async (owner) => {
        await owner.register(rateLimit, {
          global: false,
          keyGenerator: limiterKey,
          errorResponseBuilder: (_request, { ttl }) =>
            new HomebirdError('RATE_LIMITED', 'a limiter of the owner routes tripped', {
              details: { retryAfterSeconds: Math.ceil(ttl / 1_000) },
            }),
        })
        answerAs(owner, 'private')
        guardOwner(owner, context)
        checkBySchema(owner)
        const outer = owner.errorHandler
        owner.setErrorHandler((error, request, reply) => {
          if (isHomebirdError(error) && error.details['loss'] !== undefined) {
            return reply.code(error.status).send({ error: error.safe, loss: error.details['loss'] })
          }
          if (!isHomebirdError(error) || error.details['fields'] === undefined) {
            return outer(error, request, reply)
          }
          const body: FieldErrors = {
            error: error.safe,
            fields: error.details['fields'] as FieldErrors['fields'],
          }
          return reply.code(error.status).send(body)
        })
        const desk = new SignInDesk(context)
        for (const routes of DESK_ROUTES) await owner.register(routes(context, desk))
        for (const routes of ROUTES) await owner.register(routes(context))
      },
      { prefix: PREFIX },
    )
  }
}

/**
 * Every route says who may use it. Whoever is not the owner is sent away before a byte of what they send is looked at. What no
 * page of the window sends is refused before it is counted: else every site that the owner looks at could use up the tries of
 * the password.
 * @see security rules 72, 73, 76
 */
function guardOwner(owner: FastifyInstance, context: HttpContext): void {
  owner.addHook('onRoute', ({ method, url, config }) => {
    if (config?.scope === 'owner' || config?.scope === 'public') return
    throw new HomebirdError('INTERNAL', `route ${String(method)} ${url} does not say whose it is`)
  })
  owner.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.scope === 'owner') await requireOwner(context, request)
    else if (!isReading(request)) requireOwnPage(request)
  })
}

/** Who is followed, and who is kept out. */
function relationRoutes(context: HttpContext): FastifyPluginAsync {
  return async (owner) => {
    await owner.register(followRoutes(context))
    await owner.register(domainRoutes(context))
    await owner.register(blockListRoutes(context))
  }
}
