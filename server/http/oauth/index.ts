/** OAuth 2 for apps: registration, the owner's consent, tokens. On the public listener only. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { Challenges } from '../../domain/sign-in/challenges.ts'
import { guardRoutes } from '../client-api/access.ts'
import { openApi } from '../client-api/api.ts'
import { readBodies } from '../client-api/bodies.ts'
import { openToOrigins, preflightRoutes } from '../client-api/cors.ts'
import { describeRoutes } from '../client-api/openapi/catalogue.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { apiLimiterOf, sayResetAsMoment } from '../plugins/api-limits.ts'
import { limiterKey } from '../plugins/limiter-key.ts'
import { appRoutes } from './app-routes.ts'
import { authorizeRoutes, errorPages } from './authorize-routes.ts'
import { passkeyPageRoutes, passkeyScriptRoutes } from './passkey-pages.ts'
import { signInRoutes } from './sign-in-routes.ts'
import { tokenRoutes } from './token-routes.ts'

const OPEN_PATHS = [
  '/oauth/token',
  '/oauth/revoke',
  '/oauth/userinfo',
  '/.well-known/oauth-authorization-server',
]

export function oauthRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    const api = await openApi(context, 'public')
    answerAs(app, 'private')
    describeRoutes(app, context)
    guardRoutes(app, context, 'public', { limiter: apiLimiterOf(context) })
    sayResetAsMoment(app, context.clock)
    await readBodies(app)
    await limitRates(app)
    const challenges = new Challenges(context)
    await app.register(async (pages) => {
      pages.setErrorHandler(errorPages(api))
      await pages.register(authorizeRoutes(api))
      await pages.register(signInRoutes(api, challenges))
      await pages.register(passkeyPageRoutes(api))
    })
    await app.register(passkeyScriptRoutes(api, challenges))
    // Web apps of any origin call these; the pages above are for the owner's browser alone.
    await app.register(async (open) => {
      openToOrigins(open)
      takeAddressAsForm(open)
      await open.register(appRoutes(api))
      await open.register(tokenRoutes(api))
      await open.register(preflightRoutes(OPEN_PATHS))
    })
  }
}

/**
 * Some apps write the fields of a form into the address and send no body. What stands in the body counts first. The fields
 * of an address are in no journal of ours, and tokens of the API are never read from there.
 */
function takeAddressAsForm(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    if (request.method !== 'POST') return
    const inAddress = request.query
    const inBody = request.body
    if (isGroup(inAddress) && isGroup(inBody)) request.body = { ...inAddress, ...inBody }
  })
}

const isGroup = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

async function limitRates(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    keyGenerator: limiterKey,
    errorResponseBuilder: (_request, { ttl }) =>
      new HomebirdError('RATE_LIMITED', 'a limiter of sign-in, tokens or apps tripped', {
        safe: 'Too many attempts. Wait a few minutes and try again.',
        details: { retryAfterSeconds: Math.ceil(ttl / 1_000) },
      }),
  })
}
