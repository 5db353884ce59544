/**
 * Lists that the owner brings along from elsewhere: looked at before they are taken in, and followed while they are worked
 * on. The body of a new import is the file itself.
 */
import { Readable } from 'node:stream'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { ImportPreview, ImportProgress } from '../../contracts/import.ts'
import { HomebirdError } from '../../core/errors.ts'
import { findIdentity } from '../../domain/actors/actor.ts'
import {
  cancelImport,
  exportFailures,
  getImport,
  listImports,
  retryImport,
} from '../../domain/imports/import-progress.ts'
import { type ImportOrder, previewImport, queueImport } from '../../domain/imports/queue-import.ts'
import { MOST_IMPORT_BYTES } from '../../contracts/import.ts'
import { kindOf } from '../client-api/import-routes.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from './session.ts'

const OWNER = { config: { scope: 'owner' } } as const

const Query = Type.Object({
  kind: Type.String({ maxLength: 60 }),
  mode: Type.Optional(Type.Union([Type.Literal('merge'), Type.Literal('overwrite')])),
  /** Whose they are; the oldest identity unless it is said. */
  identity: Type.Optional(Type.String({ maxLength: 40 })),
  /** An import that takes something away is answered 409 without it. */
  confirm: Type.Optional(Type.Boolean()),
})
const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })
type IdPath = { Params: Static<typeof IdParams> }
type Asked = { Querystring: Static<typeof Query>; Body: unknown }

export function importRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  const one = { ...OWNER, schema: { params: IdParams } }
  const made = { ...OWNER, schema: { querystring: Query }, bodyLimit: MOST_IMPORT_BYTES }
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.get('/imports', OWNER, async () => ({ imports: await listImports(db, null) }))
    app.post<Asked>('/imports/preview', made, async (request): Promise<ImportPreview> =>
      previewImport(db, await orderOf(context, request)),
    )
    app.post<Asked>('/imports', made, async (request, reply): Promise<ImportProgress> => {
      const id = await queueImport(db, await orderOf(context, request))
      void reply.code(202)
      return getImport(db, id)
    })
    app.get<IdPath>('/imports/:id', one, async ({ params }) => getImport(db, params.id))
    app.post<IdPath>('/imports/:id/cancel', one, async ({ params }) =>
      cancelImport(db, params.id, clock.now()),
    )
    app.post<IdPath>('/imports/:id/retry', one, async ({ params }) => retryImport(db, params.id))
    app.get<IdPath>('/imports/:id/failures.csv', one, async ({ params }, reply) => {
      const { id, kind } = await getImport(db, params.id)
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="failures-${kind}.csv"`)
        .send(Readable.from(exportFailures(db, id)))
    })
  }
}

/** @throws HomebirdError UNPROCESSABLE for a kind that there is not and for no file, NOT_FOUND for no identity */
async function orderOf(context: HttpContext, request: FastifyRequest<Asked>): Promise<ImportOrder> {
  const { query, body } = request
  const { identityId } = await requireOwner(context, request)
  const identity = await findIdentity(context.db, query.identity ?? identityId ?? '')
  if (identity === undefined) throw new HomebirdError('NOT_FOUND', 'there is no such identity')
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw new HomebirdError('UNPROCESSABLE', 'an import came without a file', {
      safe: 'The file is missing or empty.',
    })
  }
  return {
    actorId: identity.id,
    kind: kindOf(query.kind),
    overwrites: query.mode === 'overwrite',
    bytes: body,
    confirmsLoss: query.confirm === true,
    now: context.clock.now(),
  }
}
