/** Where an own post went, for the owner: each inbox with its answer, tried again or given up. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { PostDeliveries } from '../../contracts/post-deliveries.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Querier } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import {
  type SentPost,
  findSentPost,
  giveUpPostDeliveries,
  listPostDeliveries,
  retryPostDeliveries,
} from '../../domain/inspector/post-deliveries.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const
const PATH = '/posts/:id/deliveries'

const Params = Type.Object({ id: Type.String({ maxLength: 40 }) })
/** Without a server all of them. */
const HostForm = Type.Object({ host: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })) })

export function deliveryRoutes({ db }: HttpContext): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Params: Static<typeof Params> }>(
      PATH,
      { ...OWNER, schema: { params: Params } },
      async ({ params }): Promise<PostDeliveries> => listPostDeliveries(db, await getSentPost(db, params.id)),
    )
    changeRoute(app, db, 'retry', retryPostDeliveries)
    changeRoute(app, db, 'give-up', giveUpPostDeliveries)
  }
}

/** Answers as it is afterwards. */
function changeRoute(
  app: FastifyInstance,
  db: HttpContext['db'],
  name: string,
  change: typeof retryPostDeliveries,
): void {
  app.post<{ Params: Static<typeof Params>; Body: Static<typeof HostForm> }>(
    `${PATH}/${name}`,
    { ...OWNER, schema: { params: Params, body: HostForm } },
    async ({ params, body }): Promise<PostDeliveries> => {
      const post = await inTransaction(db, async (tx) => {
        // Held: a post that is being deleted is not sent once more behind its own end.
        const found = await getSentPost(tx, params.id, true)
        await change(tx, found, body.host ?? null)
        return found
      })
      return listPostDeliveries(db, post)
    },
  )
}

/** @throws HomebirdError NOT_FOUND */
async function getSentPost(db: Querier, id: string, isHeld = false): Promise<SentPost> {
  const post = isRowId(id) ? await findSentPost(db, id, isHeld) : undefined
  if (post !== undefined) return post
  throw new HomebirdError('NOT_FOUND', `${id.slice(0, 20)} is no post of this home`)
}
