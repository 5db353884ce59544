/** Lists of an identity: made, changed and removed, who is on them, and their timelines. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { List } from '../../contracts/list.ts'
import { inTransaction } from '../../db/transaction.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { listListTimeline } from '../../domain/lists/list-timeline.ts'
import {
  changeList,
  createList,
  findLists,
  findListsWith,
  getList,
  listEntity,
  removeList,
} from '../../domain/lists/lists.ts'
import { addMembers, listMemberIds, listMembers, removeMembers } from '../../domain/lists/members.ts'
import { actorIdOf, forUser } from './access.ts'
import { type Api, type ApiApp, getAccountActor } from './api.ts'
import { ACCOUNT_PAGE, PageQuery, STATUS_PAGE, linkPage, pageRequest } from './pages.ts'
import { IdParams } from './status-routes.ts'
import { sendStatuses } from './timeline-routes.ts'

/** So many accounts are put on a list, or taken off it, in one request. */
const MOST_ACCOUNTS = 500

const Title = Type.String({ maxLength: 2_000 })
const Choices = {
  replies_policy: Type.Optional(
    Type.Union([Type.Literal('followed'), Type.Literal('list'), Type.Literal('none')]),
  ),
  exclusive: Type.Optional(Type.Boolean()),
}
const NewList = Type.Object({ title: Type.Optional(Title), ...Choices })
const ListParams = Type.Object({ list_id: Type.String({ maxLength: 40 }) })
const Accounts = Type.Object({
  account_ids: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: MOST_ACCOUNTS })),
})

const reading = forUser('read:lists')
const writing = forUser('write:lists')

export function listRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    ownListRoutes(app, api)
    memberRoutes(app, api)
    const { db } = api.context
    const schema = { params: ListParams, querystring: PageQuery }
    app.get('/timelines/list/:list_id', { ...reading, schema }, async (request, reply) => {
      const list = await getList(db, actorIdOf(request), request.params.list_id)
      const page = await listListTimeline(db, list, pageRequest(request.query, STATUS_PAGE))
      return sendStatuses(api, request, reply, page)
    })
  }
}

function ownListRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const params = IdParams
  app.get('/lists', reading, async (request): Promise<List[]> => {
    const lists = await findLists(db, actorIdOf(request))
    return lists.map(listEntity)
  })
  app.get('/lists/:id', { ...reading, schema: { params } }, async (request) =>
    listEntity(await getList(db, actorIdOf(request), request.params.id)),
  )
  app.post('/lists', { ...writing, schema: { body: NewList } }, async (request) => {
    const { title = '', replies_policy: repliesPolicy = 'list', exclusive = false } = request.body
    const draft = { title, repliesPolicy, isExclusive: exclusive }
    return listEntity(await inTransaction(db, async (tx) => createList(tx, actorIdOf(request), draft)))
  })
  app.put('/lists/:id', { ...writing, schema: { params, body: NewList } }, async (request) => {
    const { title, replies_policy: repliesPolicy, exclusive: isExclusive } = request.body
    const change = {
      ...(title === undefined ? {} : { title }),
      ...(repliesPolicy === undefined ? {} : { repliesPolicy }),
      ...(isExclusive === undefined ? {} : { isExclusive }),
    }
    const { id } = request.params
    return listEntity(await inTransaction(db, async (tx) => changeList(tx, actorIdOf(request), id, change)))
  })
  app.delete('/lists/:id', { ...writing, schema: { params } }, async (request) => {
    await inTransaction(db, async (tx) => removeList(tx, actorIdOf(request), request.params.id))
    return {}
  })
  app.get('/accounts/:id/lists', { ...reading, schema: { params } }, async (request): Promise<List[]> => {
    const actor = await getAccountActor(api, request.params.id)
    const lists = await findListsWith(db, actorIdOf(request), actor.id)
    return lists.map(listEntity)
  })
}

function memberRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const params = IdParams
  const listing = { ...reading, schema: { params, querystring: PageQuery } }
  app.get('/lists/:id/accounts', listing, async (request, reply) => {
    const list = await getList(db, actorIdOf(request), request.params.id)
    // Apps that want to know who is on a list ask for all of them this way.
    if (request.query.limit === 0) {
      return accountsFromIds(db, api.scopeOf(request), await listMemberIds(db, list.id))
    }
    const page = await listMembers(db, list.id, pageRequest(request.query, ACCOUNT_PAGE))
    linkPage(api, request, reply, page)
    return accountsFromIds(db, api.scopeOf(request), page.items)
  })
  const adding = { ...writing, schema: { params, body: Accounts } }
  app.post('/lists/:id/accounts', adding, async (request) => {
    const { account_ids: ids = [] } = request.body
    await inTransaction(db, async (tx) => {
      await addMembers(tx, await getList(tx, actorIdOf(request), request.params.id), ids)
    })
    return {}
  })
  // Some apps send no body with a DELETE.
  const removing = { ...writing, schema: { params, body: Accounts, querystring: Accounts } }
  app.delete('/lists/:id/accounts', removing, async (request) => {
    const ids = [...(request.body.account_ids ?? []), ...(request.query.account_ids ?? [])]
    await inTransaction(db, async (tx) => {
      await removeMembers(tx, await getList(tx, actorIdOf(request), request.params.id), ids)
    })
    return {}
  })
}
