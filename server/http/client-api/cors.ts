/** The client API of the public listener is open to web apps of every origin: constant headers, never with cookies. */
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { OPEN } from './access.ts'

const EXPOSED = [
  'Link',
  'X-RateLimit-Reset',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-Request-Id',
  'Idempotency-Key',
  'Mastodon-Async-Refresh',
  'Retry-After',
  'Deprecation',
  'ETag',
].join(', ')
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const HEADERS = 'Authorization, Content-Type, Idempotency-Key, Accept, Accept-Language, Last-Event-ID'
const PREFLIGHT_SECONDS = '86400'

/** Marks, and names, every answer of the encapsulated app. */
export function openToOrigins(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    void reply
      .header('access-control-allow-origin', '*')
      .header('access-control-expose-headers', EXPOSED)
      .header('x-request-id', request.id)
    done()
  })
}

/** Answers preflights below a path. */
export function preflightRoutes(paths: readonly string[]): FastifyPluginAsync {
  return async (app) => {
    for (const path of paths) {
      app.options(path, OPEN, async (request, reply) =>
        reply
          .code(204)
          .header('access-control-allow-methods', METHODS)
          .header('access-control-allow-headers', allowedHeaders(request))
          .header('access-control-max-age', PREFLIGHT_SECONDS)
          .send(),
      )
    }
  }
}

/** Whatever a web app wants to send, as Mastodon does: nothing here is decided by a header that a page may set. */
function allowedHeaders(request: FastifyRequest): string {
  const wanted = request.headers['access-control-request-headers'] ?? ''
  return /^[\w-]+(?: *, *[\w-]+){0,50}$/.test(wanted) && wanted.length <= 1_000 ? wanted : HEADERS
}
