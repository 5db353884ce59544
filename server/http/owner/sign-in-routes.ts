/** How the owner signs in: authenticator, recovery codes, the password; each change after a fresh proof. */
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { renderSVG } from 'uqr'
import type { NewAuthenticator, RecoveryCodes, SignInFacts } from '../../contracts/sign-in.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { proveSession, provedUntil } from '../../domain/owner/list-sessions.ts'
import { setOwnerPassword } from '../../domain/owner/password.ts'
import { countRecoveryCodes, newRecoveryCodes } from '../../domain/sign-in/recovery-codes.ts'
import { listPasskeys } from '../../domain/sign-in/passkeys.ts'
import { beginTotp, confirmTotp, findTotp, removeTotp } from '../../domain/sign-in/totp.ts'
import { grantCacheOf } from '../client-api/grant-cache.ts'
import type { HttpContext } from '../http-context.ts'
import { PasskeyAnswer, ownerHandle } from '../plugins/passkey-answer.ts'
import { TEN_IN_FIVE_MINUTES } from '../plugins/password-confirmation.ts'
import { passkeyFacts, publicHosts } from './passkey-routes.ts'
import { requireOwner } from './session.ts'
import { signIn } from './session-routes.ts'
import { ProofForm, type SignInDesk, placeOf, requireProof } from './sign-in-desk.ts'

const OWNER = { config: { scope: 'owner' } } as const
const LIMITED = { config: { scope: 'owner', rateLimit: TEN_IN_FIVE_MINUTES } } as const
const CodeForm = Type.Object({ code: Type.String({ maxLength: 100 }) })
const PasswordForm = Type.Object({ password: Type.String({ maxLength: 2_000 }) })
const PasskeyProof = Type.Object({ response: PasskeyAnswer })

export function signInRoutes(context: HttpContext, desk: SignInDesk): FastifyPluginAsync {
  return async (app) => {
    app.get('/sign-in', OWNER, async (request) => facts(context, request))
    proofRoutes(app, context, desk)
    authenticatorRoutes(app, context)
    app.post<{ Body: Static<typeof PasswordForm> }>(
      '/sign-in/password',
      { ...LIMITED, schema: { body: PasswordForm } },
      async (request, reply) => {
        await requireProof(context, request)
        // Everybody is out now, this browser too: it comes in again.
        await setOwnerPassword(context.db, request.body.password)
        grantCacheOf(context).clear()
        await signIn(context, request, reply, true)
        return {}
      },
    )
  }
}

function proofRoutes(app: FastifyInstance, context: HttpContext, desk: SignInDesk): void {
  const { db, clock } = context
  app.post<{ Body: Static<typeof ProofForm> }>(
    '/sign-in/proof',
    { ...LIMITED, schema: { body: ProofForm } },
    async (request) => {
      const session = await requireOwner(context, request)
      if (!(await desk.isOwner(request.body))) {
        // Not 401: the window takes that for the end of its session.
        throw new HomebirdError('UNPROCESSABLE', 'a wrong proof was given', { safe: 'wrong_password' })
      }
      await proveSession(db, session.publicId, clock.now())
      return facts(context, request)
    },
  )
  app.post<{ Body: Static<typeof PasskeyProof> }>(
    '/sign-in/proof/passkey',
    { ...LIMITED, schema: { body: PasskeyProof } },
    async (request) => {
      const session = await requireOwner(context, request)
      await desk.requirePasskey(request, request.body.response)
      await proveSession(db, session.publicId, clock.now())
      return facts(context, request)
    },
  )
}

function authenticatorRoutes(app: FastifyInstance, context: HttpContext): void {
  const { db, clock } = context
  app.post('/sign-in/authenticator', OWNER, async (request): Promise<NewAuthenticator> => {
    await requireProof(context, request)
    const made = await beginTotp(db, await ownerHandle(db), clock.now())
    return { ...made, picture: renderSVG(made.address, { border: 2 }) }
  })
  app.post<{ Body: Static<typeof CodeForm> }>(
    '/sign-in/authenticator/code',
    { ...LIMITED, schema: { body: CodeForm } },
    async (request): Promise<RecoveryCodes> => {
      await requireProof(context, request)
      const now = clock.now()
      const codes = await inTransaction(db, async (tx) => {
        await confirmTotp(tx, request.body.code, now)
        return newRecoveryCodes(tx, now)
      })
      return { codes }
    },
  )
  app.delete('/sign-in/authenticator', OWNER, async (request) => {
    await requireProof(context, request)
    await inTransaction(db, async (tx) => {
      await removeTotp(tx)
      await tx.deleteFrom('recovery_codes').execute()
    })
    return facts(context, request)
  })
  app.post('/sign-in/recovery-codes', OWNER, async (request): Promise<RecoveryCodes> => {
    await requireProof(context, request)
    if ((await findTotp(db)) === undefined) {
      throw new HomebirdError('CONFLICT', 'recovery codes without an authenticator', {
        safe: 'no_authenticator',
      })
    }
    return { codes: await inTransaction(db, async (tx) => newRecoveryCodes(tx, clock.now())) }
  })
}

async function facts(context: HttpContext, request: FastifyRequest): Promise<SignInFacts> {
  const { db, clock } = context
  const session = await requireOwner(context, request)
  const [totp, recoveryCodesLeft, passkeys] = await Promise.all([
    findTotp(db),
    countRecoveryCodes(db),
    listPasskeys(db),
  ])
  return {
    codesSince: totp?.createdAt.toISOString() ?? null,
    recoveryCodesLeft,
    passkeys: passkeys.map(passkeyFacts),
    provedUntil: provedUntil(session.provedAt, clock.now())?.toISOString() ?? null,
    passkeyHost: placeOf(request)?.rpId ?? null,
    publicHosts: publicHosts(context),
  }
}
