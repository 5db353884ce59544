/** Statuses that wait for their time: seen, put off further, taken back. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { ScheduledStatus } from '../../contracts/scheduled-status.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { inTransaction } from '../../db/transaction.ts'
import {
  getScheduled,
  listScheduled,
  scheduledFromRows,
} from '../../domain/scheduled-posts/list-scheduled.ts'
import { cancelPost, reschedulePost } from '../../domain/scheduled-posts/schedule-post.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { PageQuery, STATUS_PAGE, linkPage, pageRequest } from './pages.ts'
import { momentOf } from './status-form.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 40 }) })
const NewTime = Type.Object({ scheduled_at: Type.Optional(Type.String({ maxLength: 60 })) })

export function scheduledRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const { db } = api.context
    const read = forUser('read:statuses')
    const write = forUser('write:statuses')
    app.get(
      '/scheduled_statuses',
      { ...read, schema: { querystring: PageQuery } },
      async (request, reply) => {
        const page = await listScheduled(db, actorIdOf(request), pageRequest(request.query, STATUS_PAGE))
        linkPage(api, request, reply, page)
        return scheduledFromRows(db, api.scopeOf(request), page.items)
      },
    )
    app.get('/scheduled_statuses/:id', { ...read, schema: { params: Params } }, async (request) =>
      sendScheduled(api, request, request.params.id),
    )
    const schema = { params: Params, body: NewTime }
    app.put('/scheduled_statuses/:id', { ...write, schema }, async (request) => {
      const id = idOf(request.params.id)
      const moment = momentOf(request.body.scheduled_at ?? '')
      await inTransaction(db, async (tx) => reschedulePost(tx, actorIdOf(request), id, moment, api.now()))
      return sendScheduled(api, request, id)
    })
    app.delete('/scheduled_statuses/:id', { ...write, schema: { params: Params } }, async (request) => {
      const id = idOf(request.params.id)
      await inTransaction(db, async (tx) => cancelPost(tx, actorIdOf(request), id))
      return {}
    })
  }
}

/** @throws HomebirdError NOT_FOUND */
function idOf(id: string): string {
  if (isRowId(id)) return id
  throw new HomebirdError('NOT_FOUND', `${id.slice(0, 30)} is no id of a scheduled post`)
}

/** @throws HomebirdError NOT_FOUND for one that is another's or published already */
export async function sendScheduled(api: Api, request: FastifyRequest, id: string): Promise<ScheduledStatus> {
  const { db } = api.context
  const row = await getScheduled(db, actorIdOf(request), idOf(id))
  const [status] = await scheduledFromRows(db, api.scopeOf(request), [row])
  if (status === undefined) throw new HomebirdError('NOT_FOUND', `no post ${id} waits for its time`)
  return status
}
