/**
 * Identities and posts that were taken over from a Takahē server, at the addresses that they had there. One address was id
 * and page: whoever reads pages is led to the page, everybody else gets the document. A page had an address without the
 * domain in it, too, which leads servers to the id.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { ADOPTED_ROUTES, below } from '../../activitypub/uris.ts'
import { findActorByUri, findIdentityByPage } from '../../domain/actors/actor.ts'
import { findOwnPost } from '../../domain/posts/find-own.ts'
import { prefersActivity } from '../pages/prefers-activity.ts'
import { actorAnswer } from './actor-routes.ts'
import { serveAdoptedPost } from './post-routes.ts'
import {
  type Surface,
  findPublic,
  refuseQueries,
  requestedOrigin,
  requestedUri,
  sendFound,
} from './surface.ts'

const NEGOTIATED = { config: { scope: 'public', answer: 'negotiated' } } as const

interface Named {
  readonly Params: { readonly handle: string; readonly id: string }
}

export function adoptedRoutes(surface: Surface): FastifyPluginAsync {
  const { context } = surface
  const { db } = context
  const servePost = serveAdoptedPost(surface)
  /** The id that belongs to a page of the same name without the domain. */
  const idOfPage = async (request: FastifyRequest<Named>): Promise<string | null> => {
    const actor = await findIdentityByPage(db, requestedOrigin(context, request), request.params.handle)
    return actor?.uri ?? null
  }
  return async (app) => {
    refuseQueries(app)
    app.get<Named>(ADOPTED_ROUTES.actor, NEGOTIATED, async (request, reply) => {
      const uri = requestedUri(context, request)
      if (readsPages(request)) {
        const actor = await findActorByUri(db, uri)
        const page = actor?.is_local === true && actor.gone_at === null ? actor.page_url : null
        if (page !== null) return reply.redirect(page, 302)
      }
      const id = await idOfPage(request)
      if (id !== null) return reply.redirect(readsPages(request) ? uri.slice(0, -1) : id, 302)
      return sendFound(request, reply, await findPublic(surface, request, async () => actorAnswer(db, uri)))
    })
    app.get<Named>(ADOPTED_ROUTES.post, NEGOTIATED, async (request, reply): Promise<FastifyReply> => {
      const owner = await idOfPage(request)
      const uri =
        owner === null ? requestedUri(context, request) : below(owner, `posts/${request.params.id}/`)
      if (readsPages(request)) {
        const page = (await findOwnPost(db, uri, null))?.page_url ?? null
        if (page !== null) return reply.redirect(page, 302)
      }
      return owner === null ? servePost(request, reply) : reply.redirect(uri, 302)
    })
  }
}

function readsPages(request: FastifyRequest<Named>): boolean {
  const { accept } = request.headers
  return /\btext\/html\b/i.test(accept ?? '') && !prefersActivity(accept)
}
