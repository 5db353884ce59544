/** The client API of the public listener is open to web apps of every origin: constant headers, never with cookies. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { OPEN } from './access.ts'

const EXPOSED = 'Link, Idempotency-Key, Retry-After, X-Request-Id, ETag, Mastodon-Async-Refresh'
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const HEADERS = 'Authorization, Content-Type, Idempotency-Key, Accept, Accept-Language, Last-Event-ID'
const PREFLIGHT_SECONDS = '86400'

/** Marks every answer of the encapsulated app. */
export function openToOrigins(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', EXPOSED)
    done()
  })
}

/** Answers preflights below a path. */
export function preflightRoutes(paths: readonly string[]): FastifyPluginAsync {
  return async (app) => {
    for (const path of paths) {
      app.options(path, OPEN, async (_request, reply) =>
        reply
          .code(204)
          .header('access-control-allow-methods', METHODS)
          .header('access-control-allow-headers', HEADERS)
          .header('access-control-max-age', PREFLIGHT_SECONDS)
          .send(),
      )
    }
  }
}

/** No answer of these plugins is ever kept by anybody. */
export function neverKept(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'private, no-store')
    done()
  })
}
