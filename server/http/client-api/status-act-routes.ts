/** What an identity does with a status: like, boost, bookmark, pin, mute its thread, and undo each of these. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'
import { likePost, unlikePost } from '../../domain/interactions/like-post.ts'
import { boostPost, unboostPost } from '../../domain/posts/boost-post.ts'
import { getActedOnPost, getVisiblePost } from '../../domain/posts/find-post.ts'
import { bookmarkPost, pinPost, unbookmarkPost, unpinPost } from '../../domain/posts/mark-posts.ts'
import { setThreadMute } from '../../domain/posts/mute-thread.ts'
import type { PostRow } from '../../domain/posts/status-facts.ts'
import { visibilityOfName } from '../../domain/posts/visibility-name.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { IdParams, sendStatus } from './status-routes.ts'

interface Act {
  readonly scope: string
  readonly perform: (tx: Transaction, actor: Row<'actors'>, post: PostRow, now: Date) => Promise<unknown>
}

function actsOf(api: Api): Readonly<Record<string, Act>> {
  const { home } = api.context
  const favourites = 'write:favourites'
  const bookmarks = 'write:bookmarks'
  const accounts = 'write:accounts'
  const mutes = 'write:mutes'
  return {
    favourite: {
      scope: favourites,
      perform: async (tx, actor, post, now) => likePost(tx, home, actor, post, now),
    },
    unfavourite: { scope: favourites, perform: async (tx, actor, post) => unlikePost(tx, actor, post) },
    unreblog: {
      scope: 'write:statuses',
      perform: async (tx, actor, post, now) => unboostPost(tx, actor, post, now),
    },
    bookmark: { scope: bookmarks, perform: async (tx, actor, post) => bookmarkPost(tx, actor.id, post.id) },
    unbookmark: {
      scope: bookmarks,
      perform: async (tx, actor, post) => unbookmarkPost(tx, actor.id, post.id),
    },
    pin: { scope: accounts, perform: async (tx, actor, post) => pinPost(tx, actor.id, post) },
    unpin: { scope: accounts, perform: async (tx, actor, post) => unpinPost(tx, actor.id, post.id) },
    mute: {
      scope: mutes,
      perform: async (tx, actor, post) => setThreadMute(tx, actor.id, post.conversation_id, true),
    },
    unmute: {
      scope: mutes,
      perform: async (tx, actor, post) => setThreadMute(tx, actor.id, post.conversation_id, false),
    },
  }
}

const BoostForm = Type.Object({
  visibility: Type.Optional(
    Type.Union([Type.Literal('public'), Type.Literal('unlisted'), Type.Literal('private')]),
  ),
})

export function statusActRoutes(api: Api): FastifyPluginAsync {
  const { db, home } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    for (const [name, act] of Object.entries(actsOf(api))) {
      const options = { ...forUser(act.scope), schema: { params: IdParams } }
      app.post(`/statuses/:id/${name}`, options, async (request) => {
        const actor = await api.actorOf(request)
        const post = await getActedOnPost(db, actor.id, request.params.id)
        await inTransaction(db, async (tx) => act.perform(tx, actor, post, api.now()))
        return sendStatus(api, request, post.id)
      })
    }
    const boosting = { ...forUser('write:statuses'), schema: { params: IdParams, body: BoostForm } }
    app.post('/statuses/:id/reblog', boosting, async (request) => {
      const actor = await api.actorOf(request)
      const post = await getVisiblePost(db, actorIdOf(request), request.params.id)
      const asked = request.body.visibility
      const visibility = asked === undefined ? actor.default_visibility : visibilityOfName(asked)
      const boost = await inTransaction(db, async (tx) =>
        boostPost(tx, home, actor, post, visibility, api.now()),
      )
      return sendStatus(api, request, boost.id)
    })
  }
}
