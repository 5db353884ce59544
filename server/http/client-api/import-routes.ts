/**
 * Lists that are brought along from elsewhere, as GoToSocial takes them: a file, what it is, and whether what is there stays.
 * `merge` adds what is missing; `overwrite` also takes away what the file does not name. How it goes is seen in the owner's
 * window.
 */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { ImportKind } from '../../contracts/import.ts'
import { HomebirdError } from '../../core/errors.ts'
import { findImportKind } from '../../domain/imports/import-columns.ts'
import { queueImport } from '../../domain/imports/queue-import.ts'
import { MOST_IMPORT_BYTES } from '../../contracts/import.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { textFileOf } from './form-files.ts'

const ImportForm = Type.Object({
  type: Type.Optional(Type.String({ maxLength: 60 })),
  mode: Type.Optional(Type.String({ maxLength: 60 })),
  /** The file itself, from whoever sends no files. */
  data: Type.Optional(Type.String({ maxLength: MOST_IMPORT_BYTES })),
})

export function importRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  const config = { ...forUser('write').config, textFiles: { data: MOST_IMPORT_BYTES } } as const
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.post('/import', { config, schema: { body: ImportForm } }, async (request, reply) => {
      const { type = '', mode = 'merge', data } = request.body
      const order = {
        actorId: actorIdOf(request),
        kind: kindOf(type),
        overwrites: overwrites(mode),
        bytes: bytesOf(request, data),
        confirmsLoss: true,
        now: api.now(),
      }
      const id = await queueImport(db, order)
      return reply.code(202).send({ id, status: 'accepted' })
    })
  }
}

/** @throws HomebirdError UNPROCESSABLE, for posts with where they belong */
export function kindOf(name: string): ImportKind {
  const kind = findImportKind(name)
  if (kind !== undefined) return kind
  const isArchive = /^(?:posts?|status(?:es)?|archive|outbox)$/i.test(name.trim())
  throw refused(
    isArchive
      ? 'posts come in the archive of the former account, and are not taken in here: lists are (following, blocks, mutes, domain_blocks, bookmarks, lists, filters). Archives belong to moving in, in the window of this home'
      : `type is ${JSON.stringify(name.slice(0, 40))} and must be following, blocks, mutes, domain_blocks, bookmarks, lists or filters`,
  )
}

/** @throws HomebirdError UNPROCESSABLE */
function overwrites(mode: string): boolean {
  const name = mode.trim().toLowerCase()
  if (name === 'merge' || name === 'overwrite') return name === 'overwrite'
  throw refused(`mode is ${JSON.stringify(mode.slice(0, 40))} and must be merge or overwrite`)
}

/** @throws HomebirdError UNPROCESSABLE where no file came */
function bytesOf(request: FastifyRequest, data: string | undefined): Uint8Array {
  const bytes = textFileOf(request, 'data') ?? (data === undefined ? null : Buffer.from(data))
  if (bytes !== null && bytes.length > 0) return bytes
  throw refused('data, the file, is missing or empty')
}

function refused(flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
}
