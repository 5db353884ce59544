/** Who sits before the window: its state, the one-time key of the start, sign-in by password, sign-out. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { WindowState } from '../../contracts/owner-api.ts'
import { HomebirdError } from '../../core/errors.ts'
import { VERSION } from '../../core/version.ts'
import {
  consumeOneTimeKey,
  endOwnerSession,
  isOneTimeKeyUsed,
  openOwnerSession,
} from '../../domain/owner/sessions.ts'
import { hasSaidFarewell } from '../../domain/farewells/farewell.ts'
import { isHomeSetUp } from '../../domain/owner/set-up.ts'
import { hasPasskeys } from '../../domain/sign-in/passkeys.ts'
import { asksForCode } from '../../domain/sign-in/prove-owner.ts'
import type { HttpContext } from '../http-context.ts'
import { PasskeyAnswer } from '../plugins/passkey-answer.ts'
import {
  clearSessionCookie,
  findRequestSession,
  requireOwnPage,
  sessionTokenOf,
  setSessionCookie,
} from './session.ts'
import { ProofForm, type SignInDesk, placeOf } from './sign-in-desk.ts'

const OPEN = { scope: 'public' } as const
/** Rule 76. */
const TEN_IN_FIVE_MINUTES = { max: 10, timeWindow: 300_000 }

const KeyForm = Type.Object({ key: Type.String({ minLength: 1, maxLength: 200 }) })
const PasskeyForm = Type.Object({ response: PasskeyAnswer })

export function sessionRoutes(context: HttpContext, desk: SignInDesk): FastifyPluginAsync {
  const limited = { config: { ...OPEN, rateLimit: TEN_IN_FIVE_MINUTES } }
  return async (app) => {
    app.get('/state', { config: OPEN }, async (request, reply) => readState(context, request, reply))
    app.post<{ Body: Static<typeof KeyForm> }>(
      '/session/key',
      { ...limited, schema: { body: KeyForm } },
      async (request, reply) => {
        requireOwnPage(request)
        await checkOneTimeKey(context, request.body.key)
        await signIn(context, request, reply, false)
        return readStateOf(context, request, true)
      },
    )
    app.post<{ Body: Static<typeof ProofForm> }>(
      '/session',
      { ...limited, schema: { body: ProofForm } },
      async (request, reply) => {
        requireOwnPage(request)
        if (!(await desk.isOwner(request.body))) {
          throw new HomebirdError('UNAUTHORIZED', 'a wrong password or code was given', {
            safe: 'wrong_password',
          })
        }
        await signIn(context, request, reply, true)
        return readStateOf(context, request, true)
      },
    )
    app.post<{ Body: Static<typeof PasskeyForm> }>(
      '/session/passkey',
      { ...limited, schema: { body: PasskeyForm } },
      async (request, reply) => {
        requireOwnPage(request)
        await desk.requirePasskey(request, request.body.response)
        await signIn(context, request, reply, true)
        return readStateOf(context, request, true)
      },
    )
    app.delete('/session', { config: OPEN }, async (request, reply) => {
      requireOwnPage(request)
      const session = await findRequestSession(context, request)
      if (session !== null) await endOwnerSession(context.db, session.publicId)
      clearSessionCookie(request, reply)
      return readStateOf(context, request, false)
    })
  }
}

/** @throws HomebirdError FORBIDDEN for a wrong key and for one that was used, alike */
async function checkOneTimeKey(context: HttpContext, key: string): Promise<void> {
  const refused = new HomebirdError('FORBIDDEN', 'a wrong or used one-time key was given', {
    safe: 'key_refused',
  })
  const expected = context.oneTimeKeyHash
  if (expected === null) throw refused
  const given = createHash('sha256').update(key, 'utf8').digest()
  const wanted = Buffer.from(expected, 'hex')
  if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) throw refused
  if (!(await consumeOneTimeKey(context.db, expected))) throw refused
}

/** A new token at every sign-in, so that none that was known before is worth more after. */
export async function signIn(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  isProved: boolean,
): Promise<void> {
  const userAgent = request.headers['user-agent'] ?? ''
  const former = await findRequestSession(context, request)
  const token = await openOwnerSession(context.db, userAgent, context.clock.now(), isProved)
  if (former !== null) await endOwnerSession(context.db, former.publicId)
  setSessionCookie(request, reply, token)
}

/** The state of whoever asks, whose session lives on. */
export async function readState(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<WindowState> {
  const session = await findRequestSession(context, request)
  const token = sessionTokenOf(request)
  // The cookie slides with the session; the window asks at every start.
  if (session !== null && token !== null) setSessionCookie(request, reply, token)
  return readStateOf(context, request, session !== null)
}

export async function readStateOf(
  context: HttpContext,
  request: FastifyRequest,
  hasSession: boolean,
): Promise<WindowState> {
  const { db, oneTimeKeyHash } = context
  const place = placeOf(request)
  const [isSetUp, hasLeft, keyUsed, asks, takesPasskey] = await Promise.all([
    isHomeSetUp(db),
    hasSaidFarewell(db),
    oneTimeKeyHash === null ? true : isOneTimeKeyUsed(db, oneTimeKeyHash),
    asksForCode(db),
    place === null ? false : hasPasskeys(db, place.rpId),
  ])
  const phase = isSetUp
    ? hasSession
      ? hasLeft
        ? 'left'
        : 'signed_in'
      : 'signed_out'
    : hasSession
      ? 'needs_set_up'
      : 'needs_key'
  return { phase, version: VERSION, keyWaiting: !keyUsed, asksForCode: asks, takesPasskey }
}
