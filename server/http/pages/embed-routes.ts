/** A post for the pages of others: the one page of the home that may stand in a frame. */
import type { FastifyInstance } from 'fastify'
import { PAGE, type PageDesk } from './desk.ts'
import { writeEmbed } from './embed-page.ts'
import { embedPolicy } from './layout.ts'
import { type NamedPost, getPost } from './post-routes.ts'
import { getHost, notFound, statusesFor } from './view.ts'

export function embedRoutes(app: FastifyInstance, { source }: PageDesk): void {
  const policy = embedPolicy(source.api.context.config.mediaUrl)
  app.get<NamedPost>('/@:name/:id/embed', PAGE, async (request, reply) => {
    const host = await getHost(source, request, request.params.name)
    const row = await getPost(source, host, request)
    const [status] = await statusesFor(source, host, [row])
    if (status === undefined) throw notFound(request)
    return reply
      .header('content-security-policy', policy)
      .type('text/html; charset=utf-8')
      .send(writeEmbed(host, status))
  })
}
