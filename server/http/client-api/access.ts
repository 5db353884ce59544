/**
 * Who asks, and whether they may: each route says which scope it takes and for whom it is, and the home does not start with
 * a route that does not. On the private listener the owner's session stands for every scope of an identity.
 * @see security rules 65, 72 to 74
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { NotificationType } from '../../contracts/notification.ts'
import { HomebirdError } from '../../core/errors.ts'
import { coversScope } from '../../domain/oauth/scopes.ts'
import type { Grant } from '../../domain/oauth/tokens.ts'
import type { HttpContext } from '../http-context.ts'
import type { ApiLimiter } from '../plugins/api-limits.ts'
import { findRequestSession } from '../owner/session.ts'
import { type GrantCache, grantCacheOf } from './grant-cache.ts'

/** `user`: an identity must be known; `app`: any token; `public`: anybody. */
export type RouteSubject = 'user' | 'app' | 'public'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that a token must cover, any one of several; `public` where nothing is asked. */
    scope?: string | readonly string[]
    subject?: RouteSubject
  }
  interface FastifyRequest {
    access: Access | null
  }
}

/** What a request may do. */
export interface Access {
  /** The identity that asks; null for a stranger and for a token of an app itself. */
  readonly actorId: string | null
  /** Null with a session. */
  readonly grant: Grant | null
  /** Of the owner's session in a browser; null with a token. */
  readonly sessionId: string | null
  /** Names the token or session in stored keys; null for a stranger. */
  readonly holder: string | null
}

const STRANGER: Access = { actorId: null, grant: null, sessionId: null, holder: null }

/** For a signed-in identity whose token covers the scope. */
export const forUser = (scope: string | readonly string[]) =>
  ({ config: { scope, subject: 'user' } }) as const
/** For everybody; a token that is sent must be good and cover the scope. */
export const forAll = (scope: string) => ({ config: { scope, subject: 'public' } }) as const
/** For everybody, whatever token is sent. */
export const OPEN = { config: { scope: 'public', subject: 'public' } } as const
/** For any token, one of an app itself too. */
export const forApps = { config: { scope: 'public', subject: 'app' } } as const

interface GuardOptions {
  /** Where a token may stand besides the header. */
  readonly tokenOf?: (request: FastifyRequest) => string | null
  /** Counts who asks, before anything is refused; null stands for whoever has no good token. Throws for too many. */
  readonly limiter?: Pick<ApiLimiter, 'take'>
  /** Throws for a request that must not use a session although it carries one. */
  readonly checkSession?: (request: FastifyRequest) => void
}

/** Refuses routes that do not say who may use them, and fills `request.access` for those that do. */
export function guardRoutes(
  app: FastifyInstance,
  context: HttpContext,
  listener: 'public' | 'private',
  options: GuardOptions = {},
): void {
  const grants = grantCacheOf(context)
  app.decorateRequest('access', null)
  app.addHook('onRoute', requireDeclaration)
  app.addHook('onRequest', async (request, reply) => {
    const token = (options.tokenOf ?? bearerToken)(request)
    const access =
      token === null
        ? await sessionOrStranger(context, listener, request, options)
        : await findTokenAccess(grants, token)
    options.limiter?.take(request, reply, access?.holder ?? null)
    if (access === null) throw notAuthorized(reply)
    request.access = access
    requireScope(request, access, reply)
  })
}

function requireDeclaration(route: RouteOptions): void {
  const { scope, subject } = route.config ?? {}
  if (scope !== undefined && subject !== undefined) return
  throw new HomebirdError(
    'INTERNAL',
    `route ${String(route.method)} ${route.url} declares no scope or subject`,
  )
}

async function findTokenAccess(grants: GrantCache, token: string): Promise<Access | null> {
  const grant = await grants.find(token)
  if (grant === null) return null
  return { actorId: grant.actorId, grant, sessionId: null, holder: `token ${grant.tokenId}` }
}

async function sessionOrStranger(
  context: HttpContext,
  listener: 'public' | 'private',
  request: FastifyRequest,
  options: GuardOptions,
): Promise<Access> {
  if (listener === 'public') return STRANGER
  const access = await sessionAccess(context, request)
  if (access.holder !== null) options.checkSession?.(request)
  return access
}

/** @returns null when none is sent; only the header counts, since addresses are written into logs */
export function bearerToken(request: FastifyRequest): string | null {
  const match = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')
  return match?.[1] ?? null
}

async function sessionAccess(context: HttpContext, request: FastifyRequest): Promise<Access> {
  const session = await findRequestSession(context, request)
  if (session === null || session.identityId === null) return STRANGER
  const { publicId: sessionId, identityId: actorId } = session
  return { actorId, grant: null, sessionId, holder: `session ${sessionId}` }
}

function requireScope(request: FastifyRequest, access: Access, reply: FastifyReply): void {
  const { scope = [], subject } = request.routeOptions.config
  if (subject === 'user' && access.actorId === null) {
    if (access.grant === null) throw notAuthorized(reply)
    throw new HomebirdError('UNPROCESSABLE', 'a token of an app itself was used for an identity', {
      safe: 'This method requires an authenticated user',
    })
  }
  if (subject === 'app' && access.holder === null) throw notAuthorized(reply)
  const wanted = typeof scope === 'string' ? [scope] : scope
  if (access.grant === null || access.actorId === null || wanted.includes('public')) return
  const { scopes } = access.grant
  if (wanted.some((one) => coversScope(scopes, one))) return
  throw new HomebirdError(
    'FORBIDDEN',
    `the token covers ${scopes.join(' ')} and not ${wanted.join(' or ')}`,
    {
      safe: 'This action is outside the authorized scopes',
    },
  )
}

function notAuthorized(reply: FastifyReply): HomebirdError {
  void reply.header('www-authenticate', 'Bearer realm="Homebird", error="invalid_token"')
  return new HomebirdError('UNAUTHORIZED', 'the request has no good token')
}

/**
 * Kinds of notifications that are not for this request: complaints are the business of the home and not of an identity, and
 * no app is ever granted a scope that covers them. The owner's window reads them.
 */
export function kindsHiddenFrom(access: Access | null): readonly NotificationType[] {
  const isApp = access !== null && access.grant !== null
  return isApp ? ['admin.report'] : []
}

/** On routes for everybody that tell an identity more: whether one asks, by a session or a token that covers the scope. */
export function isReaderOf(request: FastifyRequest, scope: string): boolean {
  const { actorId = null, grant = null } = request.access ?? {}
  return actorId !== null && (grant === null || coversScope(grant.scopes, scope))
}

/** Whether the owner asks from a browser, by a session and not as an app. */
export function isOfWindow(request: FastifyRequest): boolean {
  return (request.access?.sessionId ?? null) !== null
}

/** The identity that reads, on routes for everybody. */
export function viewerIdOf(request: FastifyRequest): string | null {
  return request.access?.actorId ?? null
}

/** The identity that asks, on routes for users. */
export function actorIdOf(request: FastifyRequest): string {
  const id = viewerIdOf(request)
  if (id === null) throw new HomebirdError('INTERNAL', 'a route for users was reached without one')
  return id
}
