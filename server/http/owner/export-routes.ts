/** What the owner takes along as one file: the archive of an identity, or its posts as pages. The worker makes it. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { ExportProgress } from '../../contracts/export.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { findIdentity } from '../../domain/actors/actor.ts'
import {
  cancelExport,
  getExport,
  listExports,
  queueExport,
  removeExport,
} from '../../domain/exports/export-jobs.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from './session.ts'

const OWNER = { config: { scope: 'owner' } } as const

const Form = Type.Object({
  kind: Type.Union([Type.Literal('archive'), Type.Literal('html')]),
  isPrivate: Type.Optional(Type.Boolean()),
})
const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })
type IdPath = { Params: Static<typeof IdParams> }

export function exportRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock, exports } = context
  const one = { ...OWNER, schema: { params: IdParams } }
  return async (app) => {
    app.get('/exports', OWNER, async () => ({ exports: await listExports(db) }))
    app.post<{ Body: Static<typeof Form> }>(
      '/exports',
      { ...OWNER, schema: { body: Form } },
      async (request, reply): Promise<ExportProgress> => {
        const { identityId } = await requireOwner(context, request)
        const identity = await findIdentity(db, identityId ?? '')
        if (identity === undefined) throw new HomebirdError('NOT_FOUND', 'there is no such identity')
        const { kind, isPrivate = false } = request.body
        const id = await inTransaction(db, async (tx) =>
          queueExport(tx, { actorId: identity.id, kind, isPrivate }),
        )
        void reply.code(202)
        return getExport(db, id)
      },
    )
    app.get<IdPath>('/exports/:id', one, async ({ params }) => getExport(db, params.id))
    app.post<IdPath>('/exports/:id/cancel', one, async ({ params }) =>
      cancelExport(db, params.id, clock.now()),
    )
    app.delete<IdPath>('/exports/:id', one, async ({ params }) => {
      await removeExport(db, exports, params.id)
      return {}
    })
    app.get<IdPath>('/exports/:id/file', one, async ({ params }, reply) => {
      const progress = await getExport(db, params.id)
      const file = progress.state === 'ready' ? await exports.open(params.id) : null
      if (file === null) throw new HomebirdError('NOT_FOUND', `export ${params.id} has no file`)
      return reply
        .type('application/zip')
        .header('content-length', file.size)
        .header('content-disposition', `attachment; filename="${fileName(progress)}"`)
        .send(file.bytes)
    })
  }
}

/** `ana-home.example-archive-2024-05-31.zip` */
function fileName({ handle, kind, createdAt }: ExportProgress): string {
  const who = handle
    .slice(1)
    .replace('@', '-')
    .replace(/[^\w.-]/g, '')
  return `${who}-${kind}-${createdAt.slice(0, 10)}.zip`
}
