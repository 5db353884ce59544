/**
 * Serves what was uploaded here, by the hash of its content. Whoever knows the address may have the file, as with every
 * server of this kind; the address of a file that is no secret of its own cannot be guessed.
 * @see security rules 57, 62, 63
 */
import type { Readable } from 'node:stream'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { findAdoptedFile } from '../../domain/adoption/find-file.ts'
import { typeOfKey } from '../../domain/media/media-types.ts'
import { type ByteSpan, type MediaStore, isContentKey } from '../../storage/media-store.ts'
import { OPEN } from '../client-api/access.ts'
import type { HttpContext } from '../http-context.ts'
import { markMedia, wantedOf } from './media-answer.ts'

interface MediaParams {
  readonly folder: string
  readonly name: string
}

export function ownMediaRoutes({
  db,
  media,
  config,
}: Pick<HttpContext, 'db' | 'media' | 'config'>): FastifyPluginAsync {
  return async (app) => {
    // The old addresses go on when the setting names another place; a CDN that has one asks for the same paths here.
    const prefixes = new Set(['/media/', pathOf(config.mediaUrl)])
    for (const prefix of prefixes) {
      app.route<{ Params: MediaParams }>({
        ...OPEN,
        // The framework's own HEAD would call every file empty.
        method: ['GET', 'HEAD'],
        url: `${prefix}:folder/:name`,
        handler: async (request, reply) =>
          sendFile(media, `${request.params.folder}/${request.params.name}`, request, reply),
      })
    }
    // Files that were taken over from another server had names by the day they came.
    app.get<{ Params: { '*': string } }>('/media/*', OPEN, async (request, reply) => {
      const key = await findAdoptedFile(db, request.params['*'])
      if (key === null) throw missing(request.params['*'])
      const { mediaUrl } = config
      return reply.redirect(`${mediaUrl.startsWith('/') ? '/media/' : mediaUrl}${key}`, 301)
    })
  }
}

const pathOf = (mediaUrl: string): string => (mediaUrl.startsWith('/') ? mediaUrl : '/media/')

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
  const bytes = await opened(media, key, span, reply)
  reply.raw.once('close', () => bytes.destroy())
  return reply.send(bytes)
}

/** What was said of the file is taken back where it cannot be sent. @throws HomebirdError NOT_FOUND, STORAGE_UNREACHABLE */
async function opened(
  media: MediaStore,
  key: string,
  span: ByteSpan | undefined,
  reply: FastifyReply,
): Promise<Readable> {
  try {
    const bytes = await media.open(key, span)
    if (bytes !== null) return bytes
    throw missing(key)
  } catch (error) {
    for (const name of ['etag', 'last-modified', 'accept-ranges', 'content-range', 'content-length']) {
      reply.removeHeader(name)
    }
    throw error
  }
}

const missing = (key: string): HomebirdError =>
  new HomebirdError('NOT_FOUND', `there is no file ${key.slice(0, 100)}`)
