/** Other names of the identity, moving away, and leaving for good; shapes as GoToSocial has them. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { changeAliases, moveAway } from '../../activitypub/migration.ts'
import { inTransaction } from '../../db/transaction.ts'
import { deleteIdentity } from '../../domain/owner/delete-identity.ts'
import {
  TEN_IN_FIVE_MINUTES,
  limitTries,
  openCodeTries,
  requireBothFactors,
  requirePassword,
} from '../plugins/password-confirmation.ts'
import { forUser } from './access.ts'
import { sendAccount } from './account-routes.ts'
import type { Api, ApiApp } from './api.ts'

const Named = Type.String({ maxLength: 2_048 })
const AliasForm = Type.Object({
  also_known_as_uris: Type.Optional(Type.Array(Named, { maxItems: 100 })),
})
const Password = Type.String({ maxLength: 2_000 })
const MoveForm = Type.Object({ password: Password, moved_to_uri: Named })
/** The code of the authenticator, or a recovery code, where the owner has set one up. */
const DeleteForm = Type.Object({ password: Password, code: Type.Optional(Type.String({ maxLength: 100 })) })

export function migrationRoutes(api: Api): FastifyPluginAsync {
  const { context } = api
  const { db } = context
  const { config } = forUser('write:accounts')
  const codeTries = openCodeTries(context.clock)
  const confirmed = { ...config, rateLimit: TEN_IN_FIVE_MINUTES }
  return async (plain) => {
    await limitTries(plain)
    const app: ApiApp = plain.withTypeProvider()
    const aliases = { config, schema: { body: AliasForm } }
    app.post('/accounts/alias', aliases, async (request) => {
      const actor = await api.actorOf(request)
      await changeAliases(context, actor, request.body.also_known_as_uris ?? [])
      return sendAccount(api, request, actor.id)
    })
    app.post('/accounts/move', { config: confirmed, schema: { body: MoveForm } }, async (request, reply) => {
      const { password, moved_to_uri: named } = request.body
      await requirePassword(db, password)
      const actor = await api.actorOf(request)
      await moveAway(context, actor, named)
      void reply.code(202)
      return sendAccount(api, request, actor.id)
    })
    app.post(
      '/accounts/delete',
      { config: confirmed, schema: { body: DeleteForm } },
      async (request, reply) => {
        const { password, code = '' } = request.body
        await requireBothFactors(db, { password, code }, api.now(), codeTries)
        const actor = await api.actorOf(request)
        await inTransaction(db, async (tx) => deleteIdentity(tx, actor, api.now()))
        void reply.code(202)
        return {}
      },
    )
  }
}
