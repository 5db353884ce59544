/** Accounts: looked up, read, searched, with their posts and followers. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Account } from '../../contracts/account.ts'
import type { FamiliarFollowers } from '../../contracts/relationship.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { PageOf } from '../../db/paging.ts'
import { type Actor, findActorByHandle } from '../../domain/actors/actor.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import {
  listBlockedActors,
  listFamiliarFollowers,
  listFollowSide,
  listRelationships,
} from '../../domain/follows/list-relationships.ts'
import { listOriginSide } from '../../domain/follows/origin-lists.ts'
import { listAccountPosts } from '../../domain/posts/list-posts.ts'
import { listEndorsed } from '../../domain/profiles/endorsements.ts'
import { hashtagKey } from '../../domain/text/scan-text.ts'
import { actorIdOf, forAll, forUser, viewerIdOf } from './access.ts'
import { type Api, type ApiApp, getAccountActor } from './api.ts'
import { ACCOUNT_PAGE, PAGE_MEMBERS, PageQuery, STATUS_PAGE, linkPage, pageRequest } from './pages.ts'
import { IdParams } from './status-routes.ts'
import { sendStatuses } from './timeline-routes.ts'

const MAX_BATCH = 80
const Flag = Type.Optional(Type.Boolean())
const IdsQuery = Type.Object({
  id: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: MAX_BATCH })),
})

/** One account. @throws HomebirdError NOT_FOUND */
export async function sendAccount(api: Api, request: FastifyRequest, id: string): Promise<Account> {
  const [account] = await accountsFromIds(api.context.db, api.scopeOf(request), [id])
  if (account === undefined) throw new HomebirdError('NOT_FOUND', `there is no actor ${id}`)
  return account
}

export function accountRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    lookupRoutes(app, api)
    relationRoutes(app, api)
    followRoutes(app, api)
    ownListRoutes(app, api)
    endorsementRoutes(app, api)
    accountPosts(app, api)
  }
}

function lookupRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  app.get('/accounts', { ...forAll('read:accounts'), schema: { querystring: IdsQuery } }, async (request) =>
    accountsFromIds(db, api.scopeOf(request), (request.query.id ?? []).filter(isRowId)),
  )
  const Lookup = Type.Object({ acct: Type.String({ maxLength: 400 }) })
  app.get(
    '/accounts/lookup',
    { ...forAll('read:accounts'), schema: { querystring: Lookup } },
    async (request) => {
      const actor = await findByAcct(api, request.query.acct)
      if (actor === undefined || actor.is_instance_actor) {
        throw new HomebirdError('NOT_FOUND', `${request.query.acct.slice(0, 60)} is not known here`)
      }
      return sendAccount(api, request, actor.id)
    },
  )
  app.get('/accounts/:id', { ...forAll('read:accounts'), schema: { params: IdParams } }, async (request) => {
    const actor = await getAccountActor(api, request.params.id)
    await api.looks.atProfile(viewerIdOf(request), actor)
    return sendAccount(api, request, actor.id)
  })
}

/** `name` on the home's own domain, `name@domain` of anybody known here; nothing is fetched. */
async function findByAcct(api: Api, acct: string): Promise<Actor | undefined> {
  const [username = '', domain] = acct.replace(/^@/, '').split('@', 2)
  const primary = api.context.home.primaryDomain()?.domain ?? ''
  return findActorByHandle(api.context.db, username, domain ?? primary)
}

function relationRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const schema = { querystring: IdsQuery }
  const wanted = {
    ...forUser('read:follows'),
    schema: { querystring: Type.Object({ ...IdsQuery.properties, with_suspended: Flag }) },
  }
  app.get('/accounts/relationships', wanted, async (request) =>
    listRelationships(db, actorIdOf(request), request.query.id ?? [], {
      withSuspended: request.query.with_suspended === true,
    }),
  )
  app.get(
    '/accounts/familiar_followers',
    { ...forUser('read:follows'), schema },
    async (request): Promise<FamiliarFollowers[]> => {
      const familiar = await listFamiliarFollowers(db, actorIdOf(request), request.query.id ?? [])
      const accounts = await accountsFromIds(db, api.scopeOf(request), [
        ...new Set([...familiar.values()].flat()),
      ])
      const byId = new Map(accounts.map((account) => [account.id, account]))
      return [...familiar].map(([id, followers]) => ({
        id,
        accounts: followers.flatMap((follower) => byId.get(follower) ?? []),
      }))
    },
  )
}

function followRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  for (const side of ['followers', 'following'] as const) {
    const schema = { params: IdParams, querystring: PageQuery }
    app.get(`/accounts/:id/${side}`, { ...forAll('read:accounts'), schema }, async (request, reply) => {
      const viewerId = viewerIdOf(request)
      const actor = await getAccountActor(api, request.params.id)
      if (actor.hides_collections && actor.id !== viewerId) return []
      const list = (await api.looks.atList(viewerId, actor, side)) ? listOriginSide : listFollowSide
      const page = await list(db, viewerId, actor.id, side, pageRequest(request.query, ACCOUNT_PAGE))
      return sendAccounts(api, request, reply, page)
    })
  }
}

async function sendAccounts(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  page: PageOf<string>,
): Promise<Account[]> {
  linkPage(api, request, reply, page)
  return accountsFromIds(api.context.db, api.scopeOf(request), page.items)
}

function ownListRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const requests = [
    ['/follow_requests', 'requests'],
    ['/follow_requests/outgoing', 'outgoing_requests'],
  ] as const
  for (const [path, side] of requests) {
    app.get(
      path,
      { ...forUser('read:follows'), schema: { querystring: PageQuery } },
      async (request, reply) => {
        const id = actorIdOf(request)
        const page = await listFollowSide(db, id, id, side, pageRequest(request.query, ACCOUNT_PAGE))
        return sendAccounts(api, request, reply, page)
      },
    )
  }
  for (const kind of ['blocks', 'mutes'] as const) {
    const options = { ...forUser(`read:${kind}`), schema: { querystring: PageQuery } }
    app.get(`/${kind}`, options, async (request, reply) => {
      const wanted = pageRequest(request.query, ACCOUNT_PAGE)
      const page = await listBlockedActors(db, actorIdOf(request), kind, wanted)
      linkPage(api, request, reply, page)
      const ids = page.items.map((item) => item.id)
      const accounts = await accountsFromIds(db, api.scopeOf(request), ids)
      if (kind === 'blocks') return accounts
      const ends = new Map(page.items.map((item) => [item.id, item.expiresAt?.toISOString() ?? null]))
      return accounts.map((account) =>
        Object.assign({ mute_expires_at: ends.get(account.id) ?? null }, account),
      )
    })
  }
}

function endorsementRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const querystring = PageQuery
  app.get(
    '/endorsements',
    { ...forUser('read:accounts'), schema: { querystring } },
    async (request, reply) => {
      const id = actorIdOf(request)
      const page = await listEndorsed(db, id, id, pageRequest(request.query, ACCOUNT_PAGE))
      return sendAccounts(api, request, reply, page)
    },
  )
  const ofAccount = { ...forAll('read:accounts'), schema: { params: IdParams, querystring } }
  app.get('/accounts/:id/endorsements', ofAccount, async (request, reply) => {
    const actor = await getAccountActor(api, request.params.id)
    const wanted = pageRequest(request.query, ACCOUNT_PAGE)
    return sendAccounts(api, request, reply, await listEndorsed(db, viewerIdOf(request), actor.id, wanted))
  })
}

function accountPosts(app: ApiApp, api: Api): void {
  const Query = Type.Object({
    ...PAGE_MEMBERS,
    exclude_replies: Flag,
    exclude_reblogs: Flag,
    exclude_direct: Flag,
    only_media: Flag,
    pinned: Flag,
    tagged: Type.Optional(Type.String({ maxLength: 200 })),
  })
  const options = { ...forAll('read:statuses'), schema: { params: IdParams, querystring: Query } }
  app.get('/accounts/:id/statuses', options, async (request, reply) => {
    const { query } = request
    const actor = await getAccountActor(api, request.params.id)
    const filter = {
      excludesReplies: query.exclude_replies === true,
      excludesBoosts: query.exclude_reblogs === true,
      excludesDirect: query.exclude_direct === true,
      onlyMedia: query.only_media === true,
      onlyPinned: query.pinned === true,
      hashtags: query.tagged === undefined || query.tagged === '' ? [] : [hashtagKey(query.tagged)],
    }
    const wanted = pageRequest(query, STATUS_PAGE)
    const page = await listAccountPosts(api.context.db, viewerIdOf(request), actor.id, filter, wanted)
    await api.looks.atPosts(viewerIdOf(request), actor, wanted, page)
    return sendStatuses(api, request, reply, page)
  })
}
