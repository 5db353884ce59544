/**
 * Writes what caches may keep, for every answer of an app, by the row that its route declares. The app does not start with
 * a route that declares none.
 * @see answer-table.ts
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Config } from '../../core/config.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Home } from '../../domain/owner/home.ts'
import {
  type AnswerClass,
  type Outcome,
  type ProvenEdge,
  NEVER,
  cacheControlOf,
  cdnCacheControlOf,
  isOpenToOrigins,
  varyOf,
} from './answer-table.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The row of the table of answers; a plugin may set one for all its routes by `answerAs`. */
    answer?: AnswerClass
  }
  interface FastifyReply {
    /** What became of the answer, on routes whose row has several ends. Null: nothing was said. */
    outcome: Outcome | null
  }
}

export interface AnswerSource {
  readonly home: Pick<Home, 'switches'>
  readonly config: Pick<Config, 'authorizedFetch'>
}

const STRICT: ProvenEdge = { honoursQuery: false, honoursVary: false, purges: false }

/** Routes that got their row from a plugin: one within it may say otherwise. */
const marked = new WeakSet<RouteOptions>()

/** Marks routes of the encapsulated app that are declared from now on and say nothing themselves. */
export function answerAs(app: FastifyInstance, kind: AnswerClass): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.answer !== undefined && !marked.has(route)) return
    route.config = { ...route.config, answer: kind }
    marked.add(route)
  })
}

/** Writes the headers of every answer of the app and of all that is registered in it later. */
export function answerByTable(app: FastifyInstance, source: AnswerSource): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    routes.push(route)
  })
  // Plugins fill in what their routes leave out, after this hook.
  app.addHook('onReady', (done) => done(undeclared(routes)))
  app.decorateReply('outcome', null)
  app.addHook('onSend', (request, reply, payload, done) => {
    writeHeaders(source, request, reply)
    done(null, payload)
  })
}

function undeclared(routes: readonly RouteOptions[]): Error | undefined {
  const route = routes.find(({ config }) => config?.answer === undefined)
  if (route === undefined) return undefined
  return new HomebirdError('INTERNAL', `route ${String(route.method)} ${route.url} declares no answer`)
}

function writeHeaders(source: AnswerSource, request: FastifyRequest, reply: FastifyReply): void {
  const { answer: kind = 'never' } = request.routeOptions.config
  const { authorization, cookie } = request.headers
  const { home, config } = source
  const cacheControl = cacheControlOf(kind, {
    method: request.method,
    status: reply.statusCode,
    outcome: reply.outcome,
    hasCredentials: authorization !== undefined || cookie !== undefined,
    isAuthorizedFetch: home.switches().authorizedFetch ?? config.authorizedFetch,
    keepsNegotiated: false,
    edge: STRICT,
  })
  // A cookie in an answer that others may get would make them the same person.
  void reply.header('cache-control', reply.hasHeader('set-cookie') ? withCookie(cacheControl) : cacheControl)
  const cdnCacheControl = cdnCacheControlOf(kind, cacheControl, STRICT)
  if (cdnCacheControl !== null) void reply.header('cdn-cache-control', cdnCacheControl)
  const vary = varyOf(kind)
  if (vary !== null) void reply.header('vary', vary)
  if (isOpenToOrigins(kind)) void reply.header('access-control-allow-origin', '*')
}

const withCookie = (cacheControl: string): string =>
  cacheControl.startsWith('public') ? NEVER : cacheControl
