/**
 * What protects the sign-in and consent pages: no framing, no script, forms that only our own pages can send, a sign-in
 * cookie that other sites' requests do not carry.
 * @see security rule 73
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { KNOWN_DEVICE_SECONDS } from '../../domain/oauth/known-devices.ts'
import { SIGN_IN_SECONDS } from '../../domain/oauth/sign-ins.ts'
import { pageError } from './page-error.ts'

/** The prefix ties them to this very host and to TLS; browsers take loopback for safe too. */
const SIGN_IN_COOKIE = '__Host-homebird_sign_in'
const FORM_COOKIE = '__Host-homebird_form'

const DEVICE_COOKIE = '__Host-homebird_device'

export type FormPurpose = 'sign in' | 'consent'

/** The value of the hidden field of a form; sets the cookie that it must come with. */
export function formToken(request: FastifyRequest, reply: FastifyReply, purpose: FormPurpose): string {
  const kept = cookieOf(request, FORM_COOKIE)
  const nonce = kept !== null && /^[\w-]{43}$/.test(kept) ? kept : randomBytes(32).toString('base64url')
  if (nonce !== kept) setCookie(reply, FORM_COOKIE, nonce, SIGN_IN_SECONDS)
  return tokenOf(nonce, purpose)
}

/** @throws HomebirdError FORBIDDEN for a form that no page of ours sent */
export function requireOwnForm(
  request: FastifyRequest,
  purpose: FormPurpose,
  token: string | undefined,
): void {
  const nonce = cookieOf(request, FORM_COOKIE) ?? ''
  const wanted = Buffer.from(tokenOf(nonce, purpose))
  const given = Buffer.from(token ?? '')
  const isToken = nonce !== '' && wanted.length === given.length && timingSafeEqual(wanted, given)
  if (isToken && isOwnOrigin(request)) return
  throw pageError(
    'FORBIDDEN',
    'refused.old_form',
    `a ${purpose} form is refused: ${isToken ? 'its origin' : 'its token'}`,
  )
}

const tokenOf = (nonce: string, purpose: FormPurpose): string =>
  createHash('sha256').update(`${purpose}\n${nonce}`).digest('base64url')

/** @throws HomebirdError FORBIDDEN for what a page of another site, or no page, asks for */
export function requireOwnOrigin(request: FastifyRequest): void {
  if (!isOwnOrigin(request)) throw new HomebirdError('FORBIDDEN', 'a request of a page comes from elsewhere')
}

/** Browsers name the origin of every form that is posted; those that do not say so are refused. */
function isOwnOrigin(request: FastifyRequest): boolean {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return false
  if (origin === undefined) return site === 'same-origin'
  return URL.canParse(origin) && new URL(origin).host === (host ?? '').toLowerCase().replace(/:443$/, '')
}

export function signInTokenOf(request: FastifyRequest): string | null {
  return cookieOf(request, SIGN_IN_COOKIE)
}

export function setSignInCookie(reply: FastifyReply, token: string): void {
  setCookie(reply, SIGN_IN_COOKIE, token, SIGN_IN_SECONDS)
}

export function clearSignInCookie(reply: FastifyReply): void {
  setCookie(reply, SIGN_IN_COOKIE, '', 0)
}

/** Names a browser from which the owner has signed in before. */
export function deviceTokenOf(request: FastifyRequest): string | null {
  return cookieOf(request, DEVICE_COOKIE)
}

export function setDeviceCookie(reply: FastifyReply, token: string): void {
  setCookie(reply, DEVICE_COOKIE, token, KNOWN_DEVICE_SECONDS)
}

/** Our values need no unquoting. */
function cookieOf(request: FastifyRequest, name: string): string | null {
  const start = `${name}=`
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) ?? null
}

/** Lax: a person arrives here from the app's own page, and must not have to sign in once more for it. */
function setCookie(reply: FastifyReply, name: string, value: string, maxAge: number): void {
  const cookie = `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; Secure; SameSite=Lax`
  void reply.header('set-cookie', cookie)
}

interface PageAllowance {
  /** The app's address; null where forms stay here. */
  readonly formTarget: string | null
  /** Address of the script; null for none. */
  readonly script: string | null
}

/** What a page is that leads nowhere and runs nothing. */
export const PLAIN: PageAllowance = { formTarget: null, script: null }

/**
 * Sends a page. Forms may lead to this home and, after the consent, to the app: browsers check where a redirect goes. A
 * page with passkeys runs one script of ours, which may ask this home.
 */
export function sendPage(
  reply: FastifyReply,
  html: string,
  style: string,
  allowed: PageAllowance,
): FastifyReply {
  const { formTarget, script } = allowed
  const styleHash = createHash('sha256').update(style).digest('base64')
  const target = formTarget === null ? '' : ` ${cspSource(formTarget)}`
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "img-src 'self'",
    `form-action 'self'${target}`,
    ...(script === null
      ? []
      : [`script-src ${script}`, "connect-src 'self'", "require-trusted-types-for 'script'"]),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return reply
    .header('content-security-policy', policy)
    .header('x-frame-options', 'DENY')
    .header('referrer-policy', 'same-origin')
    .type('text/html; charset=utf-8')
    .send(html)
}

/** An origin of the web, or the scheme of an app. */
function cspSource(uri: string): string {
  const { protocol, origin } = new URL(uri)
  return protocol === 'https:' || protocol === 'http:' ? origin : protocol
}
