/** Reactions with an emoji, by the routes of Fedibird and Hollo and by those of glitch-soc; the emoji of this home. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Status } from '../../contracts/status.ts'
import { inTransaction } from '../../db/transaction.ts'
import { listOwnEmojis } from '../../domain/emojis/list-own-emojis.ts'
import { chooseReaction, reactToPost, unreactToPost } from '../../domain/interactions/react-to-post.ts'
import { getActedOnPost } from '../../domain/posts/find-post.ts'
import { OPEN, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { sendStatus } from './status-routes.ts'

const ReactionParams = Type.Object({
  id: Type.String({ maxLength: 40 }),
  emoji: Type.String({ maxLength: 500 }),
})

type ReactionRequest = FastifyRequest<{ Params: Static<typeof ReactionParams> }>

export function reactionRoutes(api: Api): FastifyPluginAsync {
  const { db, home } = api.context

  const react = async (request: ReactionRequest): Promise<Status> => {
    const { id, emoji } = request.params
    const actor = await api.actorOf(request)
    const post = await getActedOnPost(db, actor.id, id)
    await inTransaction(db, async (tx) => {
      const reaction = await chooseReaction(tx, emoji, post)
      await reactToPost(tx, home, actor, post, reaction, api.now())
    })
    return sendStatus(api, request, post.id)
  }

  const unreact = async (request: ReactionRequest): Promise<Status> => {
    const { id, emoji } = request.params
    const actor = await api.actorOf(request)
    const post = await getActedOnPost(db, actor.id, id)
    await inTransaction(db, async (tx) => unreactToPost(tx, actor, post, emoji))
    return sendStatus(api, request, post.id)
  }

  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get('/custom_emojis', OPEN, async (request) => listOwnEmojis(db, api.scopeOf(request)))
    const options = { ...forUser('write:favourites'), schema: { params: ReactionParams } }
    app.put('/statuses/:id/emoji_reactions/:emoji', options, react)
    app.delete('/statuses/:id/emoji_reactions/:emoji', options, unreact)
    app.post('/statuses/:id/react/:emoji', options, react)
    app.post('/statuses/:id/unreact/:emoji', options, unreact)
  }
}
