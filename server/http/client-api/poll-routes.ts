/** Polls: looked at, voted in. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Poll } from '../../contracts/poll.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { inTransaction } from '../../db/transaction.ts'
import { castVotes } from '../../domain/polls/cast-votes.ts'
import { refreshShownPolls } from '../../domain/polls/shown-polls.ts'
import { getVisiblePost } from '../../domain/posts/find-post.ts'
import { statusFromRow } from '../../domain/posts/status-entities.ts'
import { forAll, forUser, viewerIdOf } from './access.ts'
import type { Api, ApiApp } from './api.ts'

const Params = Type.Object({ id: Type.String({ maxLength: 40 }) })
const Choices = Type.Object({
  choices: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 999 }), { maxItems: 50 })),
})

export function pollRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const { db, home } = api.context
    app.get('/polls/:id', { ...forAll('read:statuses'), schema: { params: Params } }, async (request) => {
      const poll = await sendPoll(api, request, request.params.id)
      countAnew(api, request, [poll.id])
      return poll
    })
    const schema = { params: Params, body: Choices }
    app.post('/polls/:id/votes', { ...forUser('write:statuses'), schema }, async (request) => {
      const actor = await api.actorOf(request)
      const { id } = request.params
      if (!isRowId(id)) throw new HomebirdError('NOT_FOUND', `${id} is no id of a poll`)
      await inTransaction(db, async (tx) =>
        castVotes(tx, home, actor, id, request.body.choices ?? [], api.now()),
      )
      return sendPoll(api, request, id)
    })
  }
}

/** The id of a poll is that of the post which asks. @throws HomebirdError NOT_FOUND */
async function sendPoll(api: Api, request: FastifyRequest, id: string): Promise<Poll> {
  const { db } = api.context
  const scope = api.scopeOf(request)
  const row = await getVisiblePost(db, scope.viewerId, id)
  const status = row.boost_of_id === null ? await statusFromRow(db, scope, row) : undefined
  if (status?.poll) return status.poll
  throw new HomebirdError('NOT_FOUND', `post ${id} asks nothing`)
}

/** Polls that the owner looks at are counted anew; the answer does not wait for it, and a stranger's look causes nothing. */
export function countAnew(api: Api, request: FastifyRequest, ids: readonly string[]): void {
  const { db, log } = api.context
  if (viewerIdOf(request) === null || ids.length === 0) return
  inTransaction(db, async (tx) => refreshShownPolls(tx, ids, api.now())).catch((error: unknown) =>
    log.warn({ event: 'polls.refresh_failed', error: describeError(error) }),
  )
}
