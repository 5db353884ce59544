/** The owner's identities: other names, moves away and how they go, moves of others, whether blocks are told. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { changeAliases, moveAway } from '../../activitypub/migration.ts'
import type { IdentityFacts, IdentityMove, MoveOfOther } from '../../contracts/owner-api.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { type Actor, findIdentity, getActor, listIdentities } from '../../domain/actors/actor.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { exportMovedFollowers } from '../../domain/moves/moved-followers.ts'
import { listMovesOfOthers, readMoveProgress, takeMoveBack } from '../../domain/moves/move-identity.ts'
import { addIdentity } from '../../domain/owner/identities.ts'
import { pageSwitchesOf, setPageSwitches } from '../../domain/owner/page-switches.ts'
import { type Api, openApi } from '../client-api/api.ts'
import type { HttpContext } from '../http-context.ts'
import { TEN_IN_FIVE_MINUTES, requirePassword } from '../plugins/password-confirmation.ts'
import { requireOwner } from './session.ts'

const OWNER = { scope: 'owner' } as const
const MOST_MOVES = 40

const Params = Type.Object({ id: Type.String({ maxLength: 40 }) })
const Choice = Type.Optional(Type.Boolean())
const PagesForm = Type.Object({
  showsFollows: Choice,
  showsCounts: Choice,
  offersSearch: Choice,
  hasFeeds: Choice,
})
const EditForm = Type.Object({ keepsBlocksPrivate: Choice, pages: Type.Optional(PagesForm) })
const NewForm = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 60 }),
  displayName: Type.String({ maxLength: 100 }),
  domain: Type.Optional(Type.Union([Type.Null(), Type.String({ maxLength: 300 })])),
})
const Named = Type.String({ maxLength: 2_048 })
const AliasForm = Type.Object({ aliases: Type.Array(Named, { maxItems: 100 }) })
const MoveForm = Type.Object({ to: Named, password: Type.String({ maxLength: 2_000 }) })

type Asked<Form = unknown> = { Params: Static<typeof Params>; Body: Form }

export function identityRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    const api = await openApi(context, 'private')
    app.get('/identities', { config: OWNER }, async (request) => {
      await requireOwner(context, request)
      return { identities: (await listIdentities(context.db)).map(factsOf) }
    })
    app.patch<Asked<Static<typeof EditForm>>>(
      '/identities/:id',
      { config: OWNER, schema: { params: Params, body: EditForm } },
      async (request) => editIdentity(context, await requireIdentity(context, request), request.body),
    )
    app.post<{ Body: Static<typeof NewForm> }>(
      '/identities',
      { config: OWNER, schema: { body: NewForm } },
      async (request, reply) => {
        await requireOwner(context, request)
        const { username, displayName, domain = null } = request.body
        void reply.code(201)
        return factsOf(await addIdentity(context.db, { username, displayName, domain }, context.clock))
      },
    )
    aliasRoutes(app, context)
    moveRoutes(app, context)
    app.get('/moves', { config: OWNER }, async (request) => {
      await requireOwner(context, request)
      return { moves: await movesOfOthers(api) }
    })
  }
}

function aliasRoutes(app: FastifyInstance, context: HttpContext): void {
  const path = '/identities/:id/aliases'
  app.get<Asked>(path, { config: OWNER, schema: { params: Params } }, async (request) => {
    const { also_known_as: aliases } = await requireIdentity(context, request)
    return { aliases }
  })
  app.put<Asked<Static<typeof AliasForm>>>(
    path,
    { config: OWNER, schema: { params: Params, body: AliasForm } },
    async (request) => {
      const identity = await requireIdentity(context, request)
      await changeAliases(context, identity, request.body.aliases)
      const { also_known_as: aliases } = await requireIdentity(context, request)
      return { aliases }
    },
  )
}

function moveRoutes(app: FastifyInstance, context: HttpContext): void {
  const path = '/identities/:id/move'
  app.get<Asked>(path, { config: OWNER, schema: { params: Params } }, async (request) =>
    progressOf(context, await requireIdentity(context, request)),
  )
  app.get<Asked>(
    `${path}/followers.csv`,
    { config: OWNER, schema: { params: Params } },
    async (request, reply) => {
      const { id } = await requireIdentity(context, request)
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="followers-of-move.csv"')
        .send(Readable.from(exportMovedFollowers(context.db, id)))
    },
  )
  app.post<Asked<Static<typeof MoveForm>>>(
    path,
    {
      config: { ...OWNER, rateLimit: TEN_IN_FIVE_MINUTES },
      schema: { params: Params, body: MoveForm },
    },
    async (request) => {
      const identity = await requireIdentity(context, request)
      await requirePassword(context.db, request.body.password)
      await moveAway(context, identity, request.body.to)
      return progressOf(context, await requireIdentity(context, request))
    },
  )
  app.delete<Asked>(path, { config: OWNER, schema: { params: Params } }, async (request) => {
    const identity = await requireIdentity(context, request)
    await inTransaction(context.db, async (tx) => takeMoveBack(tx, identity))
    return progressOf(context, await requireIdentity(context, request))
  })
}

/** @throws HomebirdError UNAUTHORIZED without a session, NOT_FOUND for what is no identity of this home */
async function requireIdentity(
  context: HttpContext,
  request: FastifyRequest<{ Params: { id: string } }>,
): Promise<Actor> {
  await requireOwner(context, request)
  const identity = await findIdentity(context.db, request.params.id)
  if (identity !== undefined) return identity
  throw new HomebirdError('NOT_FOUND', `${request.params.id.slice(0, 20)} is no identity of this home`)
}

/** What is left out stays as it is. */
async function editIdentity(
  { db }: HttpContext,
  identity: Actor,
  { keepsBlocksPrivate, pages }: Static<typeof EditForm>,
): Promise<IdentityFacts> {
  if (keepsBlocksPrivate !== undefined) {
    const kept = { keeps_blocks_private: keepsBlocksPrivate }
    await db.updateTable('actors').set(kept).where('id', '=', identity.id).execute()
  }
  if (pages !== undefined) await inTransaction(db, async (tx) => setPageSwitches(tx, identity.id, pages))
  return factsOf(await getActor(db, identity.id))
}

function factsOf(identity: Actor): IdentityFacts {
  return {
    id: identity.id,
    handle: handleOf(identity),
    uri: identity.uri,
    displayName: identity.display_name,
    aliases: identity.also_known_as,
    movedTo: identity.moved_to_uri,
    keepsBlocksPrivate: identity.keeps_blocks_private,
    pages: pageSwitchesOf(identity),
  }
}

const handleOf = (actor: Pick<Actor, 'username' | 'handle_domain'>): string =>
  `@${actor.username}@${actor.handle_domain}`

async function progressOf({ db, clock }: HttpContext, identity: Actor): Promise<IdentityMove> {
  const progress = await readMoveProgress(db, identity, clock.now())
  return {
    movedTo: progress.movedToUri,
    movedAt: progress.movedAt?.toISOString() ?? null,
    nextMoveAt: progress.nextMoveAt?.toISOString() ?? null,
    followersAtStart: progress.followersAtStart,
    followersLeft: progress.followersLeft,
    left: progress.left.map(handleOf),
    servers: progress.servers.map(({ host, followers, left, silentSince }) => ({
      host,
      followers,
      left,
      silentSince: silentSince?.toISOString() ?? null,
    })),
  }
}

async function movesOfOthers(api: Api): Promise<MoveOfOther[]> {
  const { db } = api.context
  const moves = await listMovesOfOthers(db, MOST_MOVES)
  const accounts = await accountsFromIds(
    db,
    api.scopeFor(null),
    moves.flatMap((move) => [move.from_id, move.to_id]),
  )
  const byId = new Map(accounts.map((account) => [account.id, account]))
  return moves.flatMap((move) => {
    const from = byId.get(move.from_id)
    const to = byId.get(move.to_id)
    if (from === undefined || to === undefined) return []
    return { id: move.id, from, to, movedAt: move.moved_at.toISOString() }
  })
}
