/** Whose notifications are shown, and whoever waits by that. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { HomebirdError } from '../../core/errors.ts'
import type { PolicyWord } from '../../db/notice-tables.ts'
import type { Transaction } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import {
  POLICY_KINDS,
  type PolicyKind,
  type PolicyWords,
  countPending,
  findPolicy,
  setPolicy,
} from '../../domain/notifications/notification-policy.ts'
import {
  acceptRequests,
  dismissRequests,
  findRequest,
  listRequests,
  requestsFromRows,
} from '../../domain/notifications/notification-requests.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { ACCOUNT_PAGE, PageQuery, linkPage, pageRequest } from './pages.ts'
import { IdParams } from './status-routes.ts'

const Word = Type.Optional(Type.Union([Type.Literal('accept'), Type.Literal('filter'), Type.Literal('drop')]))
const Switch = Type.Optional(Type.Boolean())

const PolicyForm = Type.Object({
  for_not_following: Word,
  for_not_followers: Word,
  for_new_accounts: Word,
  for_private_mentions: Word,
  for_limited_accounts: Word,
})

/** Of the first form, which knows two words and four kinds. */
const FirstForm = Type.Object({
  filter_not_following: Switch,
  filter_not_followers: Switch,
  filter_new_accounts: Switch,
  filter_private_mentions: Switch,
})
const FIRST_KINDS = ['not_following', 'not_followers', 'new_accounts', 'private_mentions'] as const

export function notificationPolicyRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    policyRoutes(app, api)
    firstPolicyRoutes(app, api)
    requestRoutes(app, api)
    answerRoutes(app, api)
  }
}

const PATH = '/v2/notifications/policy'
const FIRST_PATH = '/v1/notifications/policy'

function policyRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const entity = async (request: FastifyRequest, words: PolicyWords): Promise<object> => ({
    ...Object.fromEntries(POLICY_KINDS.map((kind) => [`for_${kind}`, words[kind]])),
    summary: await summaryOf(api, request),
  })
  app.get(PATH, forUser('read:notifications'), async (request) =>
    entity(request, await findPolicy(db, actorIdOf(request))),
  )
  app.route({
    method: ['PATCH', 'PUT'],
    url: PATH,
    ...forUser('write:notifications'),
    schema: { body: PolicyForm },
    handler: async (request) => {
      const words: Partial<Record<PolicyKind, PolicyWord>> = {}
      for (const kind of POLICY_KINDS) {
        const word = request.body[`for_${kind}`]
        if (word !== undefined) words[kind] = word
      }
      return entity(request, await setPolicy(db, actorIdOf(request), words))
    },
  })
}

function firstPolicyRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const entity = async (request: FastifyRequest, words: PolicyWords): Promise<object> => ({
    ...Object.fromEntries(FIRST_KINDS.map((kind) => [`filter_${kind}`, words[kind] !== 'accept'])),
    summary: await summaryOf(api, request),
  })
  app.get(FIRST_PATH, forUser('read:notifications'), async (request) =>
    entity(request, await findPolicy(db, actorIdOf(request))),
  )
  app.route({
    method: ['PATCH', 'PUT'],
    url: FIRST_PATH,
    ...forUser('write:notifications'),
    schema: { body: FirstForm },
    handler: async (request) => {
      const words: Partial<Record<PolicyKind, PolicyWord>> = {}
      for (const kind of FIRST_KINDS) {
        const isFiltered = request.body[`filter_${kind}`]
        if (isFiltered !== undefined) words[kind] = isFiltered ? 'filter' : 'accept'
      }
      return entity(request, await setPolicy(db, actorIdOf(request), words))
    },
  })
}

async function summaryOf(api: Api, request: FastifyRequest): Promise<object> {
  const { requests, notifications } = await countPending(api.context.db, actorIdOf(request))
  return { pending_requests_count: requests, pending_notifications_count: notifications }
}

function requestRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const listing = { ...forUser('read:notifications'), schema: { querystring: PageQuery } }
  app.get('/v1/notifications/requests', listing, async (request, reply) => {
    const page = await listRequests(db, actorIdOf(request), pageRequest(request.query, ACCOUNT_PAGE))
    linkPage(api, request, reply, page)
    return requestsFromRows(db, api.scopeOf(request), page.items)
  })
  // What is accepted is merged when the answer is given.
  app.get('/v1/notifications/requests/merged', forUser('read:notifications'), async () => ({ merged: true }))
  const reading = { ...forUser('read:notifications'), schema: { params: IdParams } }
  app.get('/v1/notifications/requests/:id', reading, async (request) => {
    const { id } = request.params
    const row = await findRequest(db, actorIdOf(request), id)
    const [entity] = await requestsFromRows(db, api.scopeOf(request), row === undefined ? [] : [row])
    if (entity === undefined) throw absent(id)
    return entity
  })
}

type Answer = (tx: Transaction, viewerId: string, ids: readonly string[], now: Date) => Promise<void>

const ANSWERS: Readonly<Record<string, Answer>> = { accept: acceptRequests, dismiss: dismissRequests }

const MOST_REQUESTS = 200
const Many = Type.Object({
  id: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: MOST_REQUESTS })),
})

function answerRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  for (const [word, answer] of Object.entries(ANSWERS)) {
    const give = async (request: FastifyRequest, ids: readonly string[]): Promise<object> => {
      await inTransaction(db, async (tx) => answer(tx, actorIdOf(request), ids, api.now()))
      return {}
    }
    const bulk = { ...forUser('write:notifications'), schema: { body: Many } }
    app.post(`/v1/notifications/requests/${word}`, bulk, async (request) =>
      give(request, request.body.id ?? []),
    )
    const single = { ...forUser('write:notifications'), schema: { params: IdParams } }
    app.post(`/v1/notifications/requests/:id/${word}`, single, async (request) => {
      const { id } = request.params
      if ((await findRequest(db, actorIdOf(request), id)) === undefined) throw absent(id)
      return give(request, [id])
    })
  }
}

const absent = (id: string): HomebirdError =>
  new HomebirdError('NOT_FOUND', `no notification request ${id.slice(0, 20)}`)
