/**
 * The owner's session behind a request of the window: its cookie, and the proof that a change was asked for by a page
 * of ours. The client API of the private listener reads it the same way.
 * @see security rules 73, 81
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  IDENTITY_GONE,
  IDENTITY_HEADER,
  IDENTITY_PARAMETER,
  WINDOW_HEADER,
} from '../../contracts/owner-api.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { findIdentity } from '../../domain/actors/actor.ts'
import { OWNER_SESSION_DAYS, type OwnerSession, findOwnerSession } from '../../domain/owner/sessions.ts'
import type { HttpContext } from '../http-context.ts'

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const COOKIE_SECONDS = OWNER_SESSION_DAYS * 86_400

/**
 * The session of a request, as the identity that it names; null where there is none.
 * @throws HomebirdError FORBIDDEN for a change that carries a session and does not come from a page of ours, and for an
 *   identity that is not of this home
 */
export async function findRequestSession(
  context: Pick<HttpContext, 'db' | 'clock'>,
  request: FastifyRequest,
): Promise<OwnerSession | null> {
  const token = sessionTokenOf(request)
  if (token === null || isFromElsewhere(request)) return null
  if (!isReading(request)) requireOwnPage(request)
  const session = await findOwnerSession(context.db, token, context.clock.now())
  const wanted = identityNamedBy(request)
  if (session === null || typeof wanted !== 'string' || wanted === session.identityId) return session
  const identity = isRowId(wanted) ? await findIdentity(context.db, wanted) : undefined
  if (identity !== undefined) return { ...session, identityId: identity.id }
  throw new HomebirdError('FORBIDDEN', `${wanted.slice(0, 20)} is no identity of this home`, {
    safe: IDENTITY_GONE,
  })
}

/** Changes nothing, whoever asks. */
export const isReading = ({ method }: Pick<FastifyRequest, 'method'>): boolean => SAFE_METHODS.has(method)

function identityNamedBy(request: FastifyRequest): unknown {
  if (request.headers.upgrade === undefined) return request.headers[IDENTITY_HEADER]
  return (request.query as Readonly<Record<string, unknown>>)[IDENTITY_PARAMETER]
}

/** @throws HomebirdError UNAUTHORIZED without a session; FORBIDDEN for a change that comes from elsewhere */
export async function requireOwner(
  context: Pick<HttpContext, 'db' | 'clock'>,
  request: FastifyRequest,
): Promise<OwnerSession> {
  const session = await findRequestSession(context, request)
  if (session !== null) return session
  throw new HomebirdError('UNAUTHORIZED', 'an owner route was asked for without a session')
}

/**
 * Every change must say that it comes from a page of this listener, in ways that other sites and plain forms cannot.
 * Ports of one host share cookies and are one site, so the origin is compared whole.
 * @throws HomebirdError FORBIDDEN
 */
export function requireOwnPage(request: FastifyRequest): void {
  const { origin } = request.headers
  const flaw =
    origin === undefined || origin !== `${request.protocol}://${request.headers.host}`
      ? `its Origin is ${JSON.stringify(origin?.slice(0, 100) ?? null)}`
      : isFromElsewhere(request)
        ? `Sec-Fetch-Site is ${String(request.headers['sec-fetch-site'])}`
        : request.headers[WINDOW_HEADER] === '1'
          ? null
          : `${WINDOW_HEADER} is missing`
  if (flaw !== null) throw new HomebirdError('FORBIDDEN', `a change is refused: ${flaw}`)
}

function isFromElsewhere(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

export function sessionTokenOf(request: FastifyRequest): string | null {
  const start = `${cookieName(request)}=`
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(start))?.slice(start.length) ?? ''
  return value === '' ? null : value
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
  void reply.header('set-cookie', sessionCookie(request, token, COOKIE_SECONDS))
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('set-cookie', sessionCookie(request, '', 0))
}

/** Cookies are not kept apart by port: two homes on one computer must not sign each other out. */
function cookieName(request: FastifyRequest): string {
  const { localPort } = request.socket
  return localPort === undefined ? 'homebird' : `homebird_${localPort}`
}

/** @see RFC 6265 4.1.1; a token is base64url and needs no escaping */
function sessionCookie(request: FastifyRequest, value: string, maxAgeSeconds: number): string {
  const secure = request.protocol === 'https' ? '; Secure' : ''
  return `${cookieName(request)}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure}`
}
