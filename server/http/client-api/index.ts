/** The Mastodon client API, as apps and the window use it. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { apiLimiterOf, sayResetAsMoment } from '../plugins/api-limits.ts'
import { OPEN, guardRoutes } from './access.ts'
import { accountActRoutes } from './account-act-routes.ts'
import { accountRoutes } from './account-routes.ts'
import { type ClientApiOptions, openApi } from './api.ts'
import { asyncRefreshRoutes } from './async-refresh-routes.ts'
import { readBodies } from './bodies.ts'
import { openToOrigins, preflightRoutes } from './cors.ts'
import { conversationRoutes } from './conversation-routes.ts'
import { credentialRoutes } from './credential-routes.ts'
import { markDeprecated } from './deprecations.ts'
import { domainBlockRoutes } from './domain-block-routes.ts'
import { featuredTagRoutes } from './featured-tag-routes.ts'
import { filterRoutes } from './filter-routes.ts'
import { exportRoutes } from './export-routes.ts'
import { importRoutes } from './import-routes.ts'
import { homeAboutRoutes } from './home-about-routes.ts'
import { instanceRoutes } from './instance-routes.ts'
import { listRoutes } from './list-routes.ts'
import { mediaRoutes } from './media-routes.ts'
import { markerRoutes } from './marker-routes.ts'
import { migrationRoutes } from './migration-routes.ts'
import { notificationRoutes } from './notification-routes.ts'
import { oldFilterRoutes } from './old-filter-routes.ts'
import { describeRoutes, openApiRoutes } from './openapi/catalogue.ts'
import { oembedRoutes } from './oembed-routes.ts'
import { pollRoutes } from './poll-routes.ts'
import { pushRoutes } from './push-routes.ts'
import { quoteRoutes } from './quote-routes.ts'
import { reportRoutes } from './report-routes.ts'
import { quietRoutes } from './quiet-routes.ts'
import { reactionRoutes } from './reaction-routes.ts'
import { scheduledRoutes } from './scheduled-routes.ts'
import { searchRoutes } from './search-routes.ts'
import { startRoutes } from './start-routes.ts'
import { statusActRoutes } from './status-act-routes.ts'
import { statusRoutes } from './status-routes.ts'
import { tagRoutes } from './tag-routes.ts'
import { timelineRoutes } from './timeline-routes.ts'
import { translationRoutes } from './translation-routes.ts'
import { trendRoutes } from './trend-routes.ts'
import { tokenListRoutes } from './token-routes.ts'

/** Everything under `/api/v1` and `/api/v2` but apps (with OAuth) and streams. */
export function clientApiRoutes(context: HttpContext, { listener }: ClientApiOptions): FastifyPluginAsync {
  return async (app) => {
    const api = await openApi(context, listener)
    answerAs(app, 'private')
    if (listener === 'public') openToOrigins(app)
    guardRoutes(app, context, listener, listener === 'public' ? { limiter: apiLimiterOf(context) } : {})
    markDeprecated(app)
    if (listener === 'public') describeRoutes(app, context)
    sayResetAsMoment(app, context.clock)
    await readBodies(app, context)
    const first = { prefix: '/api/v1' }
    await app.register(statusRoutes(api), first)
    await app.register(statusActRoutes(api), first)
    await app.register(pollRoutes(api), first)
    await app.register(quoteRoutes(api), first)
    await app.register(reactionRoutes(api), first)
    await app.register(scheduledRoutes(api), first)
    await app.register(timelineRoutes(api), first)
    await app.register(listRoutes(api), first)
    await app.register(conversationRoutes(api), first)
    await app.register(credentialRoutes(api), first)
    await app.register(migrationRoutes(api), first)
    await app.register(accountRoutes(api), first)
    await app.register(accountActRoutes(api), first)
    await app.register(featuredTagRoutes(api), first)
    await app.register(tagRoutes(api), first)
    await app.register(markerRoutes(api), first)
    await app.register(domainBlockRoutes(api), first)
    await app.register(reportRoutes(api), first)
    await app.register(exportRoutes(api), first)
    await app.register(importRoutes(api), first)
    await app.register(tokenListRoutes(api), first)
    await app.register(pushRoutes(api), first)
    const both = { prefix: '/api' }
    await app.register(notificationRoutes(api), both)
    await app.register(filterRoutes(api), both)
    await app.register(oldFilterRoutes(api), both)
    await app.register(mediaRoutes(api), both)
    await app.register(searchRoutes(api), both)
    await app.register(instanceRoutes(api), both)
    await app.register(homeAboutRoutes(api), both)
    await app.register(trendRoutes(api), both)
    await app.register(translationRoutes(api), both)
    await app.register(quietRoutes(), both)
    await app.register(asyncRefreshRoutes(api), both)
    if (listener === 'private') await app.register(startRoutes(api), { prefix: '/api/homebird/v1' })
    if (listener === 'public') {
      await app.register(openApiRoutes(api), both)
      await app.register(oembedRoutes(api), both)
      await app.register(preflightRoutes(['/api/*']))
    }
    // Web apps must be able to read that something is not here.
    for (const url of listener === 'public' ? ['/api/*'] : ['/api/v1/*', '/api/v2/*']) {
      const isNotHere = async ({ method }: FastifyRequest): Promise<never> => {
        throw new HomebirdError('NOT_FOUND', `no route ${method} ${url}`)
      }
      // Said before the body is looked at: what it is changes nothing.
      const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
      app.route({ ...OPEN, method: methods, url, onRequest: isNotHere, handler: isNotHere })
    }
  }
}
