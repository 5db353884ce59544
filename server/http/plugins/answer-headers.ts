/**
 * Writes what caches may keep, for every answer of an app, by the row that its route declares. The app does not start with
 * a route that declares none.
 * @see answer-table.ts
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Config } from '../../core/config.ts'
import type { Clock } from '../../core/clock.ts'
import { HomebirdError } from '../../core/errors.ts'
import { type Edge, type ProvenEdge, NOTHING_PROVEN, provenEdge } from '../../domain/edges/edge.ts'
import type { Home } from '../../domain/owner/home.ts'
import {
  type AnswerClass,
  type Lifetime,
  type Lifetimes,
  type Outcome,
  NEVER,
  cacheControlOf,
  cdnCacheControlOf,
  isOpenToOrigins,
  varyOf,
} from './answer-table.ts'
import { hasIt, weakTag } from './validators.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The row of the table of answers; a plugin may set one for all its routes by `answerAs`. */
    answer?: AnswerClass
    /** For how long it is kept, where that is not as its row says. */
    lifetime?: Lifetime
  }
  interface FastifyInstance {
    /** Every route of the app, as it was declared. */
    declaredRoutes: readonly RouteOptions[]
  }
  interface FastifyReply {
    /** What became of the answer, on routes whose row has several ends. Null: nothing was said. */
    outcome: Outcome | null
  }
}

export interface AnswerSource {
  readonly home: Pick<Home, 'switches' | 'edge'>
  readonly clock: Pick<Clock, 'now'>
  readonly config: Pick<Config, 'authorizedFetch'> & Lifetimes
}

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
  app.decorate('declaredRoutes', routes)
  app.addHook('onRoute', (route) => {
    routes.push(route)
  })
  // Plugins fill in what their routes leave out, after this hook.
  app.addHook('onReady', (done) => done(undeclared(routes)))
  app.decorateReply('outcome', null)
  app.addHook('onSend', (request, reply, payload, done) => {
    writeHeaders(source, request, reply)
    done(null, spared(request, reply, payload))
  })
}

function undeclared(routes: readonly RouteOptions[]): Error | undefined {
  const route = routes.find(({ config }) => config?.answer === undefined)
  if (route === undefined) return undefined
  return new HomebirdError('INTERNAL', `route ${String(route.method)} ${route.url} declares no answer`)
}

function writeHeaders(source: AnswerSource, request: FastifyRequest, reply: FastifyReply): void {
  const { answer: kind = 'never', lifetime } = request.routeOptions.config
  const { authorization, cookie } = request.headers
  const { home, config, clock } = source
  const { authorizedFetch, keepsPages } = home.switches()
  const edge = provenNow(home.edge(), clock)
  const cacheControl = cacheControlOf(kind, {
    method: request.method,
    status: reply.statusCode,
    outcome: reply.outcome,
    hasCredentials: authorization !== undefined || cookie !== undefined,
    isAuthorizedFetch: authorizedFetch ?? config.authorizedFetch,
    keepsNegotiated: keepsPages,
    edge,
    lifetime,
    lifetimes: config,
  })
  // A cookie in an answer that others may get would make them the same person.
  void reply.header('cache-control', reply.hasHeader('set-cookie') ? withCookie(cacheControl) : cacheControl)
  const cdnCacheControl = cdnCacheControlOf(kind, cacheControl, edge)
  if (cdnCacheControl !== null) void reply.header('cdn-cache-control', cdnCacheControl)
  const vary = varyOf(kind)
  if (vary !== null) void reply.header('vary', vary)
  if (isOpenToOrigins(kind)) void reply.header('access-control-allow-origin', '*')
}

/** What may be kept has a tag, whoever made it, and is not sent again to whoever has it. */
function spared(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const isWhole = reply.statusCode === 200 && (typeof payload === 'string' || Buffer.isBuffer(payload))
  if (!isWhole || reply.hasHeader('etag')) return payload
  if (!String(reply.getHeader('cache-control')).startsWith('public')) return payload
  const etag = weakTag(payload)
  void reply.header('etag', etag)
  if (!hasIt(request, etag, null)) return payload
  void reply.code(304)
  return ''
}

/** Most homes have no edge that was measured: those pay nothing for it. */
function provenNow(edge: Edge, clock: Pick<Clock, 'now'>): ProvenEdge {
  const isUnknown = edge.measuredAt === null && edge.purgeProvenAt === null
  return isUnknown ? NOTHING_PROVEN : provenEdge(edge, clock.now().getTime())
}

const withCookie = (cacheControl: string): string =>
  cacheControl.startsWith('public') ? NEVER : cacheControl
