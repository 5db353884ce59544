/** Everything under `/api/homebird/v1/`: set-up, sign-in, the state of the home. Registered on the private app only. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyPluginAsync } from 'fastify'
import type { FieldErrors } from '../../contracts/owner-api.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { checkBySchema } from '../client-api/check-schema.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { limiterKey } from '../plugins/limiter-key.ts'
import { blockListRoutes } from './block-list-routes.ts'
import { cacheRoutes } from './cache-routes.ts'
import { domainRoutes } from './domain-routes.ts'
import { edgeRoutes } from './edge-routes.ts'
import { homeRoutes } from './home-routes.ts'
import { homeTextRoutes } from './home-text-routes.ts'
import { inspectorRoutes } from './inspector-routes.ts'
import { ownFilesRoutes } from './own-files-routes.ts'
import { peerRoutes } from './peer-routes.ts'
import { reportRoutes } from './report-routes.ts'
import { statorRoutes } from './stator-routes.ts'
import { switchRoutes } from './switch-routes.ts'
import { importRoutes } from './import-routes.ts'
import { identityRoutes } from './identity-routes.ts'
import { deviceRoutes } from './device-routes.ts'
import { passkeyRoutes } from './passkey-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { setUpRoutes } from './set-up-routes.ts'
import { SignInDesk } from './sign-in-desk.ts'
import { signInRoutes } from './sign-in-routes.ts'

const PREFIX = '/api/homebird/v1'

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
        await owner.register(sessionRoutes(context, desk))
        await owner.register(signInRoutes(context, desk))
        await owner.register(passkeyRoutes(context, desk))
        await owner.register(deviceRoutes(context))
        await owner.register(setUpRoutes(context))
        await owner.register(homeRoutes(context))
        await owner.register(homeTextRoutes(context))
        await owner.register(inspectorRoutes(context))
        await owner.register(domainRoutes(context))
        await owner.register(blockListRoutes(context))
        await owner.register(switchRoutes(context))
        await owner.register(edgeRoutes(context))
        await owner.register(identityRoutes(context))
        await owner.register(importRoutes(context))
        await owner.register(reportRoutes(context))
        await owner.register(peerRoutes(context))
        await owner.register(ownFilesRoutes(context))
        await owner.register(statorRoutes(context))
        await owner.register(cacheRoutes(context))
      },
      { prefix: PREFIX },
    )
  }
}
