/** The clean-up in the owner's hands: its rules, a look at what would go, a run at once; and own posts that go by themselves. */
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import {
  type CleanUpFacts,
  type CleanUpPreview,
  LEAST_EXPIRY_DAYS,
  MOST_DAYS,
  type PostExpiry,
  type PostExpiryPreview,
} from '../../contracts/clean-up.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { findIdentity } from '../../domain/actors/actor.ts'
import { saveCleanUpRules } from '../../domain/clean-up/clean-up-rules.ts'
import { beginCleanUp, cancelCleanUp, readCleanUpFacts } from '../../domain/clean-up/clean-up-runs.ts'
import { previewPostExpiry, readPostExpiry, savePostExpiry } from '../../domain/clean-up/post-expiry.ts'
import { previewCleanUp } from '../../domain/clean-up/preview-clean-up.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from './session.ts'

const OWNER = { config: { scope: 'owner' } } as const

/** A union of two schemas would have null read as 0, because bodies are coerced. */
const nullableNumber = (minimum: number, maximum: number) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum, maximum })

const RulesForm = Type.Object({
  days: nullableNumber(0, MOST_DAYS),
  keepsConversations: Type.Boolean(),
  keepsFollowed: Type.Boolean(),
})
const PreviewForm = Type.Object({
  rules: RulesForm,
  next: Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 60 })),
})
const ExpiryForm = Type.Object({
  isOn: Type.Boolean(),
  afterDays: Type.Integer({ minimum: LEAST_EXPIRY_DAYS, maximum: MOST_DAYS }),
  keepsPinned: Type.Boolean(),
  keepsDirect: Type.Boolean(),
  keepsPolls: Type.Boolean(),
  keepsMedia: Type.Boolean(),
  keepsOwnFavourites: Type.Boolean(),
  keepsOwnBookmarks: Type.Boolean(),
  keepsBoosts: Type.Boolean(),
  keepsFavouritesFrom: nullableNumber(1, 1_000_000),
  keepsBoostedFrom: nullableNumber(1, 1_000_000),
})

export function cleanUpRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock, config, log } = context
  const facts = async (): Promise<CleanUpFacts> => readCleanUpFacts(db, config.pruneDays, clock.now())
  return async (app) => {
    app.get('/clean-up', OWNER, facts)
    app.put<{ Body: Static<typeof RulesForm> }>(
      '/clean-up/rules',
      { ...OWNER, schema: { body: RulesForm } },
      async ({ body }) => {
        await inTransaction(db, async (tx) => saveCleanUpRules(tx, body, clock.now()))
        return facts()
      },
    )
    app.post<{ Body: Static<typeof PreviewForm> }>(
      '/clean-up/preview',
      { ...OWNER, schema: { body: PreviewForm } },
      async ({ body: { rules, next = null } }): Promise<CleanUpPreview> =>
        previewCleanUp(db, clock, rules, config.pruneDays, next),
    )
    app.post('/clean-up/run', OWNER, async (_request, reply) => {
      await inTransaction(db, async (tx) => beginCleanUp(tx, 'owner', config.pruneDays, clock.now()))
      log.info({ event: 'clean_up.asked' })
      void reply.code(202)
      return facts()
    })
    app.post('/clean-up/cancel', OWNER, async () => {
      await inTransaction(db, async (tx) => cancelCleanUp(tx, clock.now()))
      return facts()
    })
    expiryRoutes(app, context)
  }
}

/** Of the identity that the window is open for. */
function expiryRoutes(app: FastifyInstance, context: HttpContext): void {
  const { db, clock } = context
  const path = '/post-expiry'
  const form = { ...OWNER, schema: { body: ExpiryForm } }
  app.get(path, OWNER, async (request): Promise<PostExpiry> =>
    readPostExpiry(db, await identityOf(context, request)),
  )
  app.put<{ Body: Static<typeof ExpiryForm> }>(path, form, async (request): Promise<PostExpiry> => {
    const actorId = await identityOf(context, request)
    await inTransaction(db, async (tx) => savePostExpiry(tx, actorId, request.body, clock.now()))
    return readPostExpiry(db, actorId)
  })
  app.post<{ Body: Static<typeof ExpiryForm> }>(
    `${path}/preview`,
    form,
    async (request): Promise<PostExpiryPreview> =>
      previewPostExpiry(db, await identityOf(context, request), request.body, clock.now()),
  )
}

/** @throws HomebirdError NOT_FOUND without an identity */
async function identityOf(context: HttpContext, request: FastifyRequest): Promise<string> {
  const { identityId } = await requireOwner(context, request)
  const identity = await findIdentity(context.db, identityId ?? '')
  if (identity === undefined) throw new HomebirdError('NOT_FOUND', 'the session stands for no identity')
  return identity.id
}
