/** What an identity keeps about others, as the CSV files that other servers import. */
import { Readable } from 'node:stream'
import type { FastifyPluginAsync } from 'fastify'
import { exportFilters } from '../../domain/exports/export-filters.ts'
import { type ListFile, LIST_FILES, countExports } from '../../domain/exports/export-lists.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'

/** By the name of the file: the scope that reads it. */
const EXPORTS = {
  following: 'read:follows',
  followers: 'read:follows',
  lists: 'read:lists',
  blocks: 'read:blocks',
  mutes: 'read:mutes',
  bookmarks: 'read:bookmarks',
  domain_blocks: 'read:blocks',
} as const satisfies Record<ListFile, string>

export function exportRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get('/exports/stats', forUser('read:accounts'), async (request) =>
      countExports(db, actorIdOf(request)),
    )
    app.get('/exports/custom_filters.json', forUser('read:filters'), async (request, reply) =>
      reply
        .type('application/json; charset=utf-8')
        .header('content-disposition', 'attachment; filename="custom_filters.json"')
        .send(await exportFilters(db, actorIdOf(request))),
    )
    for (const [name, lines] of Object.entries(LIST_FILES)) {
      const scope = EXPORTS[name as ListFile]
      app.get(`/exports/${name}.csv`, forUser(scope), async (request, reply) =>
        reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${name}.csv"`)
          .send(Readable.from(lines(db, actorIdOf(request)))),
      )
    }
  }
}
