/** Passkeys from the window: made on the host that serves it, or by a link on a host where apps are let in. */
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { type Static, Type } from 'typebox'
import { renderSVG } from 'uqr'
import type { NewPasskeyLink, PasskeyFacts } from '../../contracts/sign-in.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Row } from '../../db/tables.ts'
import { UNPUBLISHED_DOMAIN } from '../../domain/owner/own-uris.ts'
import { openPasskeyLink } from '../../domain/sign-in/passkey-links.ts'
import {
  beginMaking,
  beginUsing,
  finishMaking,
  listPasskeys,
  passkeyPlace,
  removePasskey,
  renamePasskey,
} from '../../domain/sign-in/passkeys.ts'
import type { HttpContext } from '../http-context.ts'
import { PasskeyAnswer, ownerHandle, passkeyName } from '../plugins/passkey-answer.ts'
import { type SignInDesk, requirePlace, requireProof } from './sign-in-desk.ts'

const OWNER = { config: { scope: 'owner' } } as const
const OPEN = { config: { scope: 'public' } } as const

const Name = Type.String({ maxLength: 1_000 })
const NewForm = Type.Object({ name: Name, response: PasskeyAnswer })
const NameForm = Type.Object({ name: Name })
const LinkForm = Type.Object({ host: Type.String({ maxLength: 300 }) })
const Params = Type.Object({ id: Type.String({ maxLength: 40 }) })

type Named = { Params: Static<typeof Params> }

export function passkeyRoutes(context: HttpContext, desk: SignInDesk): FastifyPluginAsync {
  return async (app) => {
    // Anybody who sees the page may begin; only the owner's device can end it.
    app.post('/passkeys/use', OPEN, async (request) => beginUsing(desk.challenges, requirePlace(request)))
    makingRoutes(app, context, desk)
    keepingRoutes(app, context)
  }
}

function makingRoutes(app: FastifyInstance, context: HttpContext, desk: SignInDesk): void {
  const { db, clock } = context
  app.post('/passkeys/make', OWNER, async (request) => {
    await requireProof(context, request)
    return beginMaking(db, desk.challenges, requirePlace(request), await ownerHandle(db))
  })
  app.post<{ Body: Static<typeof NewForm> }>(
    '/passkeys',
    { ...OWNER, schema: { body: NewForm } },
    async (request) => {
      await requireProof(context, request)
      const response = request.body.response as unknown as RegistrationResponseJSON
      const made = { response, name: passkeyName(request.body.name) }
      await finishMaking(db, desk.challenges, requirePlace(request), made, clock.now())
      return shown(context)
    },
  )
  app.post<{ Body: Static<typeof LinkForm> }>(
    '/passkeys/links',
    { ...OWNER, schema: { body: LinkForm } },
    async (request): Promise<NewPasskeyLink> => {
      await requireProof(context, request)
      const { host } = request.body
      const place = publicHosts(context).includes(host) ? passkeyPlace(`https://${host}`) : null
      if (place === null) {
        throw new HomebirdError('UNPROCESSABLE', `${host} is no public host of this home`, {
          safe: 'no_such_host',
        })
      }
      const { token, expiresAt } = await openPasskeyLink(db, place.rpId, clock.now())
      // Behind the mark, so that no journal on the way holds it.
      const address = `${place.origin}/oauth/passkey#${token}`
      return { address, picture: renderSVG(address, { border: 2 }), expiresAt: expiresAt.toISOString() }
    },
  )
}

function keepingRoutes(app: FastifyInstance, context: HttpContext): void {
  app.post<Named & { Body: Static<typeof NameForm> }>(
    '/passkeys/:id/name',
    { ...OWNER, schema: { params: Params, body: NameForm } },
    async (request) => {
      const id = await passkeyId(context, request)
      requireFound(await renamePasskey(context.db, id, passkeyName(request.body.name)))
      return shown(context)
    },
  )
  app.delete<Named>('/passkeys/:id', { ...OWNER, schema: { params: Params } }, async (request) => {
    requireFound(await removePasskey(context.db, await passkeyId(context, request)))
    return shown(context)
  })
}

async function passkeyId(context: HttpContext, request: FastifyRequest<Named>): Promise<string> {
  await requireProof(context, request)
  const { id } = request.params
  requireFound(isRowId(id))
  return id
}

function requireFound(isFound: boolean): void {
  if (!isFound) throw new HomebirdError('NOT_FOUND', 'there is no such passkey')
}

async function shown({ db }: HttpContext): Promise<{ readonly passkeys: readonly PasskeyFacts[] }> {
  return { passkeys: (await listPasskeys(db)).map(passkeyFacts) }
}

export function passkeyFacts(row: Row<'passkeys'>): PasskeyFacts {
  return {
    id: row.id,
    name: row.name,
    host: row.rp_id,
    isSynced: row.is_synced,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  }
}

/** Where apps are let in; none while the home has no address. */
export function publicHosts({ home }: Pick<HttpContext, 'home'>): string[] {
  const hosts = home.domains().filter((domain) => domain.domain !== UNPUBLISHED_DOMAIN)
  return [...new Set(hosts.map((domain) => domain.service_host))]
}
