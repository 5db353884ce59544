/** Pictures as readers get them: what was uploaded here, those of others through this home, and those of who has none. */
import type { FastifyPluginAsync } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { defaultImage } from '../../domain/media/default-images.ts'
import { OPEN } from '../client-api/access.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { markMedia } from './media-answer.ts'
import { ownMediaRoutes } from './own-media.ts'
import { type ProxiedOptions, proxiedRoutes } from './proxied.ts'

export function mediaProxyRoutes(context: HttpContext, options: ProxiedOptions): FastifyPluginAsync {
  return async (app) => {
    answerAs(app, 'media')
    await proxiedRoutes(app, context, options)
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
