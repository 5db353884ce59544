/**
 * Who is signed in: browsers of the window, and apps that have access. Sending somebody away asks for no new proof; a token by hand
 * does.
 */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { AppFacts, BrowserSession, NewPersonalToken } from '../../contracts/sign-in.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { inTransaction } from '../../db/transaction.ts'
import { type AppAccess, endAppAccess, listAppAccess } from '../../domain/oauth/app-access.ts'
import { issuePersonalToken } from '../../domain/oauth/personal-tokens.ts'
import { scopesAsMay } from '../../domain/oauth/scopes.ts'
import { endOtherSessions, listOwnerSessions } from '../../domain/owner/list-sessions.ts'
import { type OwnerSession, endOwnerSession } from '../../domain/owner/sessions.ts'
import { grantCacheOf } from '../client-api/grant-cache.ts'
import type { HttpContext } from '../http-context.ts'
import { TEN_IN_FIVE_MINUTES } from '../plugins/password-confirmation.ts'
import { requireOwner } from './session.ts'
import { requireProof } from './sign-in-desk.ts'

const OWNER = { config: { scope: 'owner' } } as const
const LIMITED = { config: { scope: 'owner', rateLimit: TEN_IN_FIVE_MINUTES } } as const
const Id = Type.String({ maxLength: 40 })
const SessionParams = Type.Object({ id: Id })
const TokenForm = Type.Object({
  name: Type.String({ maxLength: 1_000 }),
  scopes: Type.Array(Type.String({ maxLength: 40 }), { maxItems: 40 }),
})
const AppParams = Type.Object({ appId: Id, identityId: Id })

export function deviceRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  return async (app) => {
    app.get('/sessions', OWNER, async (request) => sessions(context, await requireOwner(context, request)))
    app.delete('/sessions', OWNER, async (request) => {
      const session = await requireOwner(context, request)
      await inTransaction(db, async (tx) => endOtherSessions(tx, session.publicId))
      return sessions(context, session)
    })
    app.delete<{ Params: Static<typeof SessionParams> }>(
      '/sessions/:id',
      { ...OWNER, schema: { params: SessionParams } },
      async (request) => {
        const session = await requireOwner(context, request)
        const { id } = request.params
        const listed = await listOwnerSessions(db, clock.now())
        if (!listed.some((one) => one.publicId === id)) {
          throw new HomebirdError('NOT_FOUND', `there is no session ${id}`)
        }
        await endOwnerSession(db, id)
        return sessions(context, session)
      },
    )
    app.get('/apps', OWNER, async (request) => {
      await requireOwner(context, request)
      return apps(context)
    })
    app.post<{ Body: Static<typeof TokenForm> }>(
      '/apps/tokens',
      { ...LIMITED, schema: { body: TokenForm } },
      async (request): Promise<NewPersonalToken> => {
        const { identityId: actorId } = await requireProof(context, request)
        if (actorId === null) throw new HomebirdError('UNAVAILABLE', 'the session has no identity')
        const draft = { actorId, name: request.body.name, scopes: request.body.scopes }
        const { token } = await inTransaction(db, async (tx) => issuePersonalToken(tx, draft, clock.now()))
        return { token, ...(await apps(context)) }
      },
    )
    app.delete<{ Params: Static<typeof AppParams> }>(
      '/apps/:appId/:identityId',
      { ...OWNER, schema: { params: AppParams } },
      async (request) => {
        await requireOwner(context, request)
        const { appId, identityId: actorId } = request.params
        const isEnded =
          isRowId(appId) &&
          isRowId(actorId) &&
          (await inTransaction(db, async (tx) => endAppAccess(tx, { appId, actorId }, clock.now())))
        if (!isEnded) throw new HomebirdError('NOT_FOUND', `app ${appId} has no access`)
        grantCacheOf(context).clear()
        return apps(context)
      },
    )
  }
}

async function sessions(
  { db, clock }: HttpContext,
  own: OwnerSession,
): Promise<{ readonly sessions: readonly BrowserSession[] }> {
  const listed = await listOwnerSessions(db, clock.now())
  return {
    sessions: listed.map((one) => ({
      id: one.publicId,
      userAgent: one.userAgent,
      createdAt: one.createdAt.toISOString(),
      lastUsedAt: one.lastUsedAt.toISOString(),
      isThisOne: one.publicId === own.publicId,
    })),
  }
}

async function apps({ db }: HttpContext): Promise<{ readonly apps: readonly AppFacts[] }> {
  return { apps: (await listAppAccess(db)).map(factsOf) }
}

const factsOf = (access: AppAccess): AppFacts => ({
  appId: access.appId,
  identityId: access.actorId,
  name: access.name,
  website: access.website,
  isPersonal: access.isPersonal,
  handle: `@${access.handle}`,
  may: scopesAsMay(access.scopes),
  times: access.tokens,
  createdAt: access.createdAt.toISOString(),
  lastUsedAt: access.lastUsedAt?.toISOString() ?? null,
})
