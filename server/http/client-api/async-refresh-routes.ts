/** How far that has come which is fetched in the background; answers name it in a header. */
import type { FastifyPluginAsync } from 'fastify'
import type { AsyncRefresh } from '../../contracts/async-refresh.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { findThreadFetch } from '../../domain/threads/ask-for-thread.ts'
import { forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { IdParams } from './status-routes.ts'

/** Every identity may ask: all of them are one person. */
export function asyncRefreshRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const options = { ...forUser('read:statuses'), schema: { params: IdParams } }
    app.get('/v1_alpha/async_refreshes/:id', options, async (request): Promise<AsyncRefresh> => {
      const { id } = request.params
      const thread = isRowId(id) ? await findThreadFetch(api.context.db, id) : undefined
      if (thread === undefined)
        throw new HomebirdError('NOT_FOUND', `nothing is fetched as ${id.slice(0, 20)}`)
      const status = thread.isRunning ? 'running' : 'finished'
      return { async_refresh: { id: thread.id, status, result_count: thread.postsStored } }
    })
  }
}
