/** What is being written, kept on the home: drafts, and posts that are held back for a moment. */
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { DraftConflict, KeptDraft } from '../../contracts/draft.ts'
import { PREFERENCES } from '../../contracts/preferences.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { getActor } from '../../domain/actors/actor.ts'
import { parseDraftContent } from '../../domain/drafts/draft-content.ts'
import {
  type DraftRow,
  type Keeping,
  deleteDraft,
  draftsFromRows,
  getDraft,
  keepDraft,
  listDrafts,
} from '../../domain/drafts/keep-drafts.ts'
import { callBack, holdDraft } from '../../domain/drafts/send-draft.ts'
import { type Api, openApi } from '../client-api/api.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from './session.ts'

const OWNER = { config: { scope: 'owner' } } as const

const Params = Type.Object({ key: Type.String({ pattern: '^[A-Za-z0-9-]{8,64}$' }) })
const Revision = Type.Integer({ minimum: 0, maximum: 1_000_000_000 })
/** What the draft says is read by the domain, which names the part, its value and its limit. */
const Kept = Type.Object({ revision: Revision, draft: Type.Unknown() })
/** Literals would be taken for texts. */
const HoldSeconds = Type.Enum([...PREFERENCES.holdSeconds.of])
const Sent = Type.Object({ revision: Revision, holdSeconds: HoldSeconds })
type Asked<Body = unknown> = { Params: Static<typeof Params>; Body: Body }

export function draftRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    const api = await openApi(context, 'private')
    keepingRoutes(app, api)
    sendingRoutes(app, api)
  }
}

function keepingRoutes(app: FastifyInstance, api: Api): void {
  const { context } = api
  const { db } = context
  const one = { ...OWNER, schema: { params: Params } }
  app.get('/drafts', OWNER, async (request) => {
    const actorId = await authorOf(context, request)
    const rows = await listDrafts(db, actorId)
    return { drafts: await draftsFromRows(db, api.scopeFor(actorId), actorId, rows) }
  })
  app.get<Asked>('/drafts/:key', one, async (request) => {
    const actorId = await authorOf(context, request)
    return show(api, actorId, await getDraft(db, actorId, request.params.key))
  })
  app.put<Asked<Static<typeof Kept>>>(
    '/drafts/:key',
    { ...OWNER, schema: { params: Params, body: Kept } },
    async (request, reply) => {
      const actorId = await authorOf(context, request)
      const { revision, draft } = request.body
      const content = parseDraftContent(draft)
      const { key } = request.params
      const keeping = await inTransaction(db, async (tx) =>
        keepDraft(tx, actorId, key, content, revision, api.now()),
      )
      return answer(api, reply, actorId, keeping)
    },
  )
  app.delete<Asked>('/drafts/:key', one, async (request) => {
    const actorId = await authorOf(context, request)
    await inTransaction(db, async (tx) => deleteDraft(tx, actorId, request.params.key))
    return {}
  })
}

function sendingRoutes(app: FastifyInstance, api: Api): void {
  const { context } = api
  const { db } = context
  const path = '/drafts/:key/send'
  app.post<Asked<Static<typeof Sent>>>(
    path,
    { ...OWNER, schema: { params: Params, body: Sent } },
    async (request, reply) => {
      const actorId = await authorOf(context, request)
      const author = await getActor(db, actorId)
      const { key } = request.params
      const { revision, holdSeconds } = request.body
      const keeping = await inTransaction(db, async (tx) =>
        holdDraft(tx, author, key, revision, holdSeconds, api.now()),
      )
      return answer(api, reply, actorId, keeping)
    },
  )
  app.delete<Asked>(path, { ...OWNER, schema: { params: Params } }, async (request, reply) => {
    const actorId = await authorOf(context, request)
    const keeping = await inTransaction(db, async (tx) => callBack(tx, actorId, request.params.key))
    return answer(api, reply, actorId, keeping)
  })
}

/** @throws HomebirdError UNAUTHORIZED, FORBIDDEN for no identity of this home, CONFLICT before it has one */
async function authorOf(context: HttpContext, request: FastifyRequest): Promise<string> {
  const { identityId } = await requireOwner(context, request)
  if (identityId !== null) return identityId
  throw new HomebirdError('CONFLICT', 'a draft before the set-up', { safe: 'This home is not set up yet.' })
}

async function answer(
  api: Api,
  reply: FastifyReply,
  actorId: string,
  { outcome, draft: row }: Keeping,
): Promise<KeptDraft | DraftConflict> {
  const draft = await show(api, actorId, row)
  if (outcome === 'kept') return draft
  void reply.code(409)
  return { error: 'This draft was changed in another window, or is on its way.', draft }
}

async function show(api: Api, actorId: string, row: DraftRow): Promise<KeptDraft> {
  const [draft] = await draftsFromRows(api.context.db, api.scopeFor(actorId), actorId, [row])
  if (draft === undefined) throw new HomebirdError('INTERNAL', `draft ${row.id} was shown as nothing`)
  return draft
}
