/**
 * The two Fastify apps of a server process. The public one is all that a tunnel, a CDN or a proxy may reach; the
 * private one serves the owner and the window, and its routes exist nowhere else.
 */
import { randomUUID } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { clientApiRoutes } from './client-api/index.ts'
import { federationRoutes } from './federation/index.ts'
import { feedRoutes } from './feeds/index.ts'
import type { HttpContext } from './http-context.ts'
import { mediaProxyRoutes } from './media-proxy/index.ts'
import { measureRequests } from './metrics/measure-requests.ts'
import { metricsRoutes } from './metrics/metrics-routes.ts'
import { oauthRoutes } from './oauth/index.ts'
import { guardPrivateHost, keepToOwnPages, ownerRoutes, windowRoutes } from './owner/index.ts'
import { pageRoutes } from './pages/index.ts'
import { answerByTable } from './plugins/answer-headers.ts'
import { NEVER } from './plugins/answer-table.ts'
import { shapeAnswers } from './plugins/answers.ts'
import { compressAnswers } from './plugins/compression.ts'
import { guardEdge } from './plugins/edge-guard.ts'
import { hintToEdges } from './plugins/edge-hints.ts'
import { healthRoutes } from './plugins/health.ts'
import { guardHost } from './plugins/host-guard.ts'
import { OWN_COMPILERS } from './plugins/own-compilers.ts'
import { canonicalUrl } from './plugins/spelling.ts'
import { refuseBadClient } from './plugins/upload-pace.ts'
import { guardRoom } from './plugins/room-guard.ts'
import { guardVoice } from './plugins/voice-guard.ts'
import { probeRoutes } from './probe/index.ts'
import { traceRequests } from './plugins/trace-requests.ts'
import { settleAfterWrites } from './ready/settle-after-writes.ts'
import { siteRoutes } from './site/index.ts'
import { streamingRoutes } from './streaming/index.ts'

/** Limits of rule 86; uploads set their own. */
const HEADERS_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 30_000
/** How far beyond its limit a request may get before somebody looks. */
const LIMITS_CHECKED_EVERY_MS = 2_000
const KEEP_ALIVE_MS = 75_000
const MOST_SOCKETS = 1_000
const BODY_BYTES = 1_048_576

/** Federation, client API, media and pages. */
export async function buildPublicApp(context: HttpContext): Promise<FastifyInstance> {
  const app = createApp(context, true)
  guardHost(app, { home: context.home, allowedHosts: context.config.allowedHosts })
  guardEdge(app, context)
  compressAnswers(app, context.config)
  await app.register(healthRoutes(context))
  await app.register(probeRoutes(context))
  await app.register(federationRoutes(context))
  await app.register(oauthRoutes(context))
  await app.register(clientApiRoutes(context, { listener: 'public' }))
  await app.register(streamingRoutes(context, { listener: 'public' }))
  await app.register(mediaProxyRoutes(context, { listener: 'public' }))
  await app.register(siteRoutes(context))
  await app.register(feedRoutes(context))
  await app.register(pageRoutes(context))
  return app
}

/** Set-up, the owner's routes, the window's bundle, and the client API for the window. */
export async function buildPrivateApp(context: HttpContext): Promise<FastifyInstance> {
  const app = createApp(context)
  guardPrivateHost(app, context.config)
  keepToOwnPages(app)
  await app.register(healthRoutes(context))
  if (context.figures !== undefined) await app.register(metricsRoutes(context, context.figures))
  await app.register(ownerRoutes(context))
  await app.register(clientApiRoutes(context, { listener: 'private' }))
  await app.register(streamingRoutes(context, { listener: 'private' }))
  await app.register(mediaProxyRoutes(context, { listener: 'private' }))
  await app.register(windowRoutes(context))
  return app
}

function createApp(context: HttpContext, hasPages = false): FastifyInstance {
  const app = fastify({
    logger: false,
    trustProxy: false,
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    clientErrorHandler: refuseBadClient,
    http: { connectionsCheckingInterval: LIMITS_CHECKED_EVERY_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    genReqId: () => randomUUID(),
    // Open streams and idle keep-alive sockets must not hold up a stop.
    forceCloseConnections: true,
    ...OWN_COMPILERS,
    // What the router cannot read reaches no handler of errors; the framework would tell of itself.
    rewriteUrl: ({ url = '/' }) => canonicalUrl(url),
    frameworkErrors: (_error, _request, reply) => refuseUnreadable(reply),
    routerOptions: {
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: 2_048,
    },
  })
  app.server.headersTimeout = HEADERS_TIMEOUT_MS
  app.server.maxConnections = MOST_SOCKETS
  // Only what a route asks for is read; the framework would take text/plain unasked.
  app.removeContentTypeParser('text/plain')
  // First, so that all that follows belongs to it.
  if (context.tracer) traceRequests(app, context.tracer, hasPages ? 'public' : 'private')
  shapeAnswers(app, context.log, hasPages)
  guardRoom(app, context)
  guardVoice(app, context, hasPages ? 'public' : 'private')
  answerByTable(app, context)
  hintToEdges(app, context.config)
  settleAfterWrites(app, context)
  if (context.figures !== undefined) measureRequests(app, context.figures, hasPages ? 'public' : 'private')
  return app
}

function refuseUnreadable(reply: Pick<FastifyReply, 'raw'>): void {
  const body = JSON.stringify({ error: 'The request was not understood.' })
  reply.raw.writeHead(400, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': NEVER,
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
  })
  reply.raw.end(body)
}
