/**
 * Serves what was uploaded here, by the hash of its content. Whoever knows the address may have the file, as with every
 * server of this kind; the address of a file that is no secret of its own cannot be guessed.
 * @see security rules 57, 62, 63
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { typeOfKey } from '../../domain/media/media-types.ts'
import { type MediaStore, isContentKey } from '../../storage/media-store.ts'
import { OPEN } from '../client-api/access.ts'
import type { HttpContext } from '../http-context.ts'
import { markMedia, wantedOf } from './media-answer.ts'

interface MediaParams {
  readonly folder: string
  readonly name: string
}

export function ownMediaRoutes({ media, config }: Pick<HttpContext, 'media' | 'config'>): FastifyPluginAsync {
  return async (app) => {
    // A CDN that has an address of its own asks for the same paths here.
    const prefix = config.mediaUrl.startsWith('/') ? config.mediaUrl.replace(/\/*$/, '/') : '/media/'
    app.route<{ Params: MediaParams }>({
      ...OPEN,
      // The framework's own HEAD would call every file empty.
      method: ['GET', 'HEAD'],
      url: `${prefix}:folder/:name`,
      handler: async (request, reply) =>
        sendFile(media, `${request.params.folder}/${request.params.name}`, request, reply),
    })
  }
}

async function sendFile(
  media: MediaStore,
  key: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const type = isContentKey(key) ? typeOfKey(key) : null
  const found = type === null ? null : await media.find(key)
  if (type === null || found === null) throw missing(key)
  markMedia(reply)
  void reply.header('last-modified', found.changedAt.toUTCString())
  const wanted = wantedOf(request, reply, { type, size: found.size, etag: `"${key.slice(3, 46)}"` })
  if (wanted === 'nothing') return reply.send(reply.statusCode === 416 ? Buffer.alloc(0) : undefined)
  const span = wanted === 'whole' ? undefined : wanted
  void reply.header('content-length', span === undefined ? found.size : span.end - span.start + 1)
  if (request.method === 'HEAD') return reply.send()
  const bytes = await media.open(key, span)
  if (bytes === null) throw missing(key)
  reply.raw.once('close', () => bytes.destroy())
  return reply.send(bytes)
}

const missing = (key: string): HomebirdError =>
  new HomebirdError('NOT_FOUND', `there is no file ${key.slice(0, 100)}`)
