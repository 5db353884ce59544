/** Followers and followed of the owner, with what they are sorted out by. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { FollowFactsList } from '../../contracts/follow-facts.ts'
import { HomebirdError } from '../../core/errors.ts'
import { findIdentity } from '../../domain/actors/actor.ts'
import { listFollowFacts } from '../../domain/follows/list-follow-facts.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from './session.ts'

const Params = Type.Object({ side: Type.Union([Type.Literal('followers'), Type.Literal('following')]) })
/** Whose they are; the identity of the session unless it is said. */
const Query = Type.Object({ identity: Type.Optional(Type.String({ maxLength: 40 })) })

type Asked = { Params: Static<typeof Params>; Querystring: Static<typeof Query> }

export function followRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    app.get<Asked>(
      '/follows/:side',
      { config: { scope: 'owner' }, schema: { params: Params, querystring: Query } },
      async (request): Promise<FollowFactsList> => {
        const { identityId } = await requireOwner(context, request)
        const identity = await findIdentity(context.db, request.query.identity ?? identityId ?? '')
        if (identity === undefined) throw new HomebirdError('NOT_FOUND', 'there is no such identity')
        return listFollowFacts(context.db, identity.id, request.params.side)
      },
    )
  }
}
