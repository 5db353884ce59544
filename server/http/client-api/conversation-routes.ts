/** Conversations: the private posts of an identity, thread by thread. */
import type { FastifyPluginAsync } from 'fastify'
import type { Conversation } from '../../contracts/conversation.ts'
import { pageWith } from '../../db/paging.ts'
import {
  type ConversationRow,
  conversationsFromRows,
  listConversations,
  markConversation,
  removeConversation,
} from '../../domain/conversations/list-conversations.ts'
import type { FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { PageQuery, STATUS_PAGE, linkPage, pageRequest } from './pages.ts'
import { IdParams } from './status-routes.ts'

export function conversationRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const reading = { ...forUser('read:statuses'), schema: { querystring: PageQuery } }
    app.get('/conversations', reading, async (request, reply) => {
      const page = await listConversations(db, actorIdOf(request), pageRequest(request.query, STATUS_PAGE))
      const items = await conversationsFromRows(db, api.scopeOf(request), page.items)
      linkPage(api, request, reply, pageWith(page, items))
      api.looks.atStatuses(
        actorIdOf(request),
        items.flatMap((item) => item.last_status ?? []),
      )
      return items
    })
    const writing = { ...forUser('write:conversations'), schema: { params: IdParams } }
    app.delete('/conversations/:id', writing, async (request) => {
      await removeConversation(db, actorIdOf(request), request.params.id)
      return {}
    })
    for (const [word, isUnread] of [
      ['read', false],
      ['unread', true],
    ] as const) {
      app.post(`/conversations/:id/${word}`, writing, async (request) =>
        entityOf(api, request, await markConversation(db, actorIdOf(request), request.params.id, isUnread)),
      )
    }
  }
}

async function entityOf(api: Api, request: FastifyRequest, row: ConversationRow): Promise<Conversation> {
  const [conversation] = await conversationsFromRows(api.context.db, api.scopeOf(request), [row])
  if (conversation === undefined) throw new HomebirdError('NOT_FOUND', `conversation ${row.id} is gone`)
  return conversation
}
