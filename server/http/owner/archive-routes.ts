/**
 * Archives of former accounts, as the owner brings them: the body of a new one is the file itself, however large, and it goes
 * to the disk as it comes. What becomes of it is followed like any import.
 */
import { Readable } from 'node:stream'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { type ArchiveProgress, MOST_ARCHIVE_BYTES } from '../../contracts/archive.ts'
import { HomebirdError } from '../../core/errors.ts'
import { findIdentity } from '../../domain/actors/actor.ts'
import {
  beginArchive,
  cancelArchive,
  exportArchiveFailures,
  getArchive,
  listArchives,
} from '../../domain/archives/archive-progress.ts'
import type { HttpContext } from '../http-context.ts'
import { UPLOAD_PACE, withinBounds } from '../plugins/upload-pace.ts'
import { requireOwner } from './session.ts'

const OWNER = { config: { scope: 'owner' } } as const

const Query = Type.Object({
  /** What the file is called, for people. */
  name: Type.Optional(Type.String({ maxLength: 1_000 })),
  /** Whose posts they become; the oldest identity unless it is said. */
  identity: Type.Optional(Type.String({ maxLength: 40 })),
})
const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })
type IdPath = { Params: Static<typeof IdParams> }
type Asked = { Querystring: Static<typeof Query>; Body: unknown }

export function archiveRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  const one = { ...OWNER, schema: { params: IdParams } }
  return async (app) => {
    app.removeAllContentTypeParsers()
    // Nothing is read before the route does.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    app.get('/archives', OWNER, async () => ({ archives: await listArchives(db) }))
    app.post<Asked>('/archives', { ...OWNER, schema: { querystring: Query } }, async (request, reply) => {
      const id = await takeIn(context, request)
      void reply.code(202)
      return getArchive(db, id)
    })
    app.get<IdPath>('/archives/:id', one, async ({ params }): Promise<ArchiveProgress> =>
      getArchive(db, params.id),
    )
    app.post<IdPath>('/archives/:id/cancel', one, async ({ params }): Promise<ArchiveProgress> =>
      cancelArchive(db, params.id, clock.now()),
    )
    app.get<IdPath>('/archives/:id/failures.csv', one, async ({ params }, reply) => {
      const { id } = await getArchive(db, params.id)
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="failures-archive.csv"')
        .send(Readable.from(exportArchiveFailures(db, id)))
    })
  }
}

/** @throws HomebirdError NOT_FOUND for no identity, UNPROCESSABLE for no file, TOO_LARGE, TOO_SLOW, STORAGE_FULL */
async function takeIn(context: HttpContext, request: FastifyRequest<Asked>): Promise<string> {
  const { db, shelf, clock } = context
  const { query, body } = request
  const { identityId } = await requireOwner(context, request)
  const identity = await findIdentity(db, query.identity ?? identityId ?? '')
  if (identity === undefined) throw new HomebirdError('NOT_FOUND', 'there is no such identity')
  if (!(body instanceof Readable)) {
    throw new HomebirdError('UNPROCESSABLE', 'an archive came without a file', {
      safe: 'The archive is missing or empty.',
    })
  }
  const taken = await withinBounds(request, { mostBytes: MOST_ARCHIVE_BYTES, pace: UPLOAD_PACE }, async () =>
    shelf.take(body, MOST_ARCHIVE_BYTES),
  ).catch((error: unknown) => {
    // What is still coming is not waited for, and ends what was written of it.
    body.destroy()
    throw error
  })
  const name = query.name ?? ''
  return beginArchive(db, shelf, { actorId: identity.id, name, taken, now: clock.now() })
}
