/** Pictures as readers get them: what was uploaded here, those of others through this home, and those of who has none. */
import { Readable } from 'node:stream'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { defaultImage } from '../../domain/media/default-images.ts'
import { findProxiedUrl } from '../../domain/media/find-proxied-url.ts'
import { loadMediaKey } from '../../domain/media/media-key.ts'
import { PROXY_KINDS, type ProxyKind, isProxyMac } from '../../domain/media/media-urls.ts'
import { hostOf } from '../../net/origin.ts'
import { OPEN } from '../client-api/access.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { markMedia, wantedOf } from './media-answer.ts'
import { ownMediaRoutes } from './own-media.ts'
import { MediaProxy, type PassingMedia, type ReadMedia } from './media-proxy.ts'

interface ProxyParams {
  readonly kind: string
  readonly id: string
  readonly mac: string
}

export function mediaProxyRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    const key = await loadMediaKey(context.db)
    answerAs(app, 'media')
    const proxy = new MediaProxy(context.fetch)
    app.get<{ Params: ProxyParams }>('/proxy/:kind/:id/:mac', OPEN, async (request, reply) => {
      const { kind, id, mac } = request.params
      const isServed = isProxyKind(kind) && (kind !== 'card' || context.config.previewCards)
      const url = isServed ? await findProxiedUrl(context.db, kind, id) : null
      const isThere = url !== null && !context.home.isBlockedDomain(hostOf(url) ?? '')
      if (!isProxyKind(kind) || !isThere || !isProxyMac(key, kind, id, url, mac)) {
        throw new HomebirdError('NOT_FOUND', `no proxied ${kind.slice(0, 20)} under this address`)
      }
      const media = await proxy.get(kind, url)
      markMedia(reply)
      return 'read' in media ? sendRead(request, reply, media.read) : sendPassing(reply, media.passing)
    })
    await app.register(ownMediaRoutes(context))
    for (const path of ['/avatars/original/:name', '/headers/original/:name']) {
      app.get(path, { config: { ...OPEN.config, answer: 'picture' } }, async (request, reply) => {
        const bytes = defaultImage(request.url)
        if (bytes === null) throw new HomebirdError('NOT_FOUND', 'there is no such picture')
        markMedia(reply)
        return reply.type('image/png').send(bytes)
      })
    }
  }
}

const KINDS: ReadonlySet<string> = new Set(PROXY_KINDS)
const isProxyKind = (kind: string): kind is ProxyKind => KINDS.has(kind)

function sendRead(request: FastifyRequest, reply: FastifyReply, media: ReadMedia): FastifyReply {
  const wanted = wantedOf(request, reply, { type: media.type, size: media.bytes.length, etag: media.etag })
  if (wanted === 'nothing') return reply.send(reply.statusCode === 416 ? Buffer.alloc(0) : undefined)
  return reply.send(wanted === 'whole' ? media.bytes : media.bytes.subarray(wanted.start, wanted.end + 1))
}

function sendPassing(reply: FastifyReply, media: PassingMedia): FastifyReply {
  void reply.header('accept-ranges', 'none').type(media.type)
  if (media.length !== null) void reply.header('content-length', media.length)
  reply.raw.once('close', () => media.rest.destroy())
  return reply.send(Readable.from(allOf(media)))
}

async function* allOf(media: PassingMedia): AsyncGenerator<Buffer> {
  yield media.head
  for await (const chunk of media.rest) yield chunk as Buffer
}
