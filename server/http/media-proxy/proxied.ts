/**
 * Serves the files of others: what is kept and what is on its way alike, with ranges and validators. Where a picture cannot be had a
 * placeholder is shown in its place, under a status that no cache keeps; for video and sound the error itself is told.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError, describeError } from '../../core/errors.ts'
import { placeholderOf } from '../../domain/media/placeholders.ts'
import { loadMediaKey } from '../../domain/media/media-key.ts'
import { PROXY_KINDS, type ProxyKind } from '../../domain/media/media-urls.ts'
import { isGoneThere } from '../../domain/remote-media/failed-media.ts'
import type { OpenedMedia } from '../../domain/remote-media/opened-media.ts'
import { ProxiedAddresses, type ProxiedFile } from '../../domain/remote-media/proxied-addresses.ts'
import { OPEN } from '../client-api/access.ts'
import type { HttpContext } from '../http-context.ts'
import { isNotModified, markMedia, wantedOf } from './media-answer.ts'

export interface ProxiedOptions {
  /** On the private one the owner's reload asks once more for what has failed. */
  readonly listener: 'public' | 'private'
}

interface ProxyParams {
  readonly kind: string
  readonly id: string
  readonly mac: string
}

type Context = Pick<HttpContext, 'config' | 'db' | 'home' | 'log' | 'remoteMedia'>

/** A reader who takes nothing for so long is gone; a player that comes back asks for the rest. */
const STUCK_MS = 120_000

const KINDS: ReadonlySet<string> = new Set(PROXY_KINDS)
const isProxyKind = (kind: string): kind is ProxyKind => KINDS.has(kind)

export async function proxiedRoutes(
  app: FastifyInstance,
  context: Context,
  { listener }: ProxiedOptions,
): Promise<void> {
  const addresses = new ProxiedAddresses(context.db, await loadMediaKey(context.db), context.home)
  app.route<{ Params: ProxyParams }>({
    ...OPEN,
    // The framework's own HEAD would call every file empty.
    method: ['GET', 'HEAD'],
    url: '/proxy/:kind/:id/:mac',
    handler: async (request, reply) => {
      const { kind, id, mac } = request.params
      const isServed = isProxyKind(kind) && (kind !== 'card' || context.config.previewCards)
      const file = isServed ? await addresses.find(kind, id, mac) : null
      if (file === null) {
        throw new HomebirdError('NOT_FOUND', `no proxied ${kind.slice(0, 20)} under this address`)
      }
      const isForced = listener === 'private' && isReload(request)
      try {
        return await sendMedia(context, file, isForced, request, reply)
      } catch (error) {
        return sendFailure(context, file, error, reply)
      }
    },
  })
}

const isReload = ({ headers }: FastifyRequest): boolean => /\bno-cache\b/.test(headers['cache-control'] ?? '')

async function sendMedia(
  { remoteMedia }: Context,
  { item }: ProxiedFile,
  isForced: boolean,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const media = await remoteMedia.open(item, { isForced })
  if (await sendOpened(media, request, reply)) return reply
  // It left its cache between two steps; it is fetched anew.
  if (await sendOpened(await remoteMedia.open(item), request, reply)) return reply
  throw new HomebirdError('UNAVAILABLE', `${item.kind} ${item.url} left its cache twice`)
}

/** @returns false where it is to be opened again */
async function sendOpened(
  media: OpenedMedia,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  markMedia(reply)
  const { type, etag } = media
  const size = media.size ?? (isRangeOfFilm(request, media) ? await media.whenSized() : null)
  if (size === null) return sendUnsized(media, request, reply)
  const wanted = wantedOf(request, reply, { type, size, etag })
  if (wanted === 'nothing') {
    void reply.send(reply.statusCode === 416 ? Buffer.alloc(0) : undefined)
    return true
  }
  const span = wanted === 'whole' ? undefined : wanted
  if (media.bytes !== null) {
    void reply.send(span === undefined ? media.bytes : media.bytes.subarray(span.start, span.end + 1))
    return true
  }
  void reply.header('content-length', span === undefined ? size : span.end - span.start + 1)
  if (request.method === 'HEAD') {
    void reply.send()
    return true
  }
  return sendStream(media, span, reply)
}

/** Players seek before they have read; of a picture nobody needs a part so much that it is worth waiting for its size. */
const isRangeOfFilm = ({ method, headers }: FastifyRequest, { type, etag }: OpenedMedia): boolean =>
  method === 'GET' &&
  headers.range !== undefined &&
  (headers['if-range'] ?? etag) === etag &&
  !type.startsWith('image/')

/** Its size is known to nobody yet: the whole of it, as it comes. */
async function sendUnsized(
  media: OpenedMedia,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  void reply.header('etag', media.etag).header('accept-ranges', 'bytes').type(media.type)
  if (isNotModified(request, media.etag)) void reply.code(304).send()
  else if (request.method === 'HEAD') void reply.send()
  else return sendStream(media, undefined, reply)
  return true
}

async function sendStream(
  media: OpenedMedia,
  span: Parameters<OpenedMedia['read']>[0],
  reply: FastifyReply,
): Promise<boolean> {
  const stream = await media.read(span)
  if (stream === null) return false
  reply.raw.once('close', () => stream.destroy())
  reply.raw.setTimeout(STUCK_MS, () => reply.raw.destroy())
  void reply.send(stream)
  return true
}

function sendFailure(
  { log }: Context,
  { item, isPicture }: ProxiedFile,
  error: unknown,
  reply: FastifyReply,
): FastifyReply {
  if (!(error instanceof HomebirdError) || error.code === 'INTERNAL' || reply.sent) throw error
  for (const name of ['etag', 'accept-ranges', 'content-range', 'content-length'])
    void reply.removeHeader(name)
  if (!isPicture) {
    if (!isGoneThere(error)) throw error
    throw new HomebirdError('NOT_FOUND', `${item.kind} ${item.url} is not there any more`, { cause: error })
  }
  log.debug({ event: 'media.placeholder', kind: item.kind, error: describeError(error) })
  markMedia(reply)
  reply.outcome = 'failed'
  const isBusy = error.status === 503 || error.status === 507
  if (isBusy) void reply.header('retry-after', '30')
  return reply
    .code(isBusy ? 503 : 404)
    .type('image/png')
    .send(placeholderOf(item.kind))
}
