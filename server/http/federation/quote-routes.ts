/** Stamps of quotes at their ids, as long as they hold (FEP-044f). */
import type { FastifyPluginAsync } from 'fastify'
import { quoteAuthorizationDocument } from '../../activitypub/quote-authorization.ts'
import { AP_ROUTES } from '../../activitypub/uris.ts'
import { findAuthorization } from '../../domain/quotes/authorizations.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import type { ReadyAnswer } from '../ready/ready-answer.ts'
import {
  OPEN,
  type Surface,
  findPublic,
  privately,
  publicDocument,
  readerOf,
  refuseQueries,
  requestedUri,
  sendFound,
} from './surface.ts'

/** For everybody who may see the quoted post; one that was taken back is not told apart from one that never was. */
export function quoteRoutes(surface: Surface): FastifyPluginAsync {
  const { context } = surface
  const answerFor = async (uri: string, viewerId: string | null): Promise<ReadyAnswer | null> => {
    const found = await findAuthorization(context.db, uri, viewerId)
    if (found === undefined) return null
    const document = quoteAuthorizationDocument({
      uri: found.uri,
      actorUri: found.author_uri,
      quotingUri: found.quoting_uri,
      quotedUri: found.quoted_uri,
    })
    return publicDocument(document, [`post:${found.quoted_id}`])
  }
  return async (app) => {
    answerAs(app, 'revocable')
    refuseQueries(app)
    app.get(AP_ROUTES.quoteAuthorization, OPEN, async (request, reply) => {
      const uri = requestedUri(context, request)
      const found = await findPublic(surface, request, async () => answerFor(uri, null))
      if (found !== null) return sendFound(request, reply, found)
      const viewerId = (await readerOf(context, request))?.actorId ?? null
      const answer = viewerId === null ? null : await answerFor(uri, viewerId)
      return sendFound(request, reply, answer === null ? null : privately(answer))
    })
  }
}
