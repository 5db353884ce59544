/**
 * The door for activities: limits, raw bytes, digest, signature, cheap checks, one row, 202. What an activity means is the
 * worker's business.
 */
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { HostBudget } from '../../activitypub/host-budget.ts'
import { ADOPTED_ROUTES, AP_ROUTES } from '../../activitypub/uris.ts'
import { verifyInboxPost } from '../../activitypub/verify-request.ts'
import { HomebirdError } from '../../core/errors.ts'
import { GroupCommit } from '../../domain/inbox/group-commit.ts'
import { receiveMessages } from '../../domain/inbox/receive-messages.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { OwnActorIds } from './own-actor-ids.ts'
import { OPEN, receivedRequest, requestedOrigin } from './surface.ts'

const WINDOW_MS = 5 * 60_000
/** Any profile, and none: servers write both. */
const ACTIVITY_TYPES = /^application\/(?:activity|ld)\+json(?:$|\s*;)/i

export function inboxRoutes(context: HttpContext): FastifyPluginAsync {
  const { config, clock, db } = context
  const commit = new GroupCommit(async (messages) => receiveMessages(db, messages))
  const ownActors = new OwnActorIds(context)
  const most = config.inboxPerHostPer5Min
  const budget = most === 0 ? null : new HostBudget(clock, { most, windowMs: WINDOW_MS })

  const admit = (host: string): void => {
    const waitMs = budget?.take(host) ?? 0
    if (waitMs === 0) return
    throw new HomebirdError('RATE_LIMITED', `${host} sent more than ${most} activities in 5 minutes`, {
      details: { retryAfterSeconds: Math.ceil(waitMs / 1000) },
    })
  }

  const accept = async (request: FastifyRequest): Promise<void> => {
    const { body } = request
    if (!Buffer.isBuffer(body)) throw new HomebirdError('UNSUPPORTED_TYPE', 'an inbox takes activities only')
    const received = { ...receivedRequest(context, request), body }
    const verified = await verifyInboxPost(context, received, admit)
    if (verified === null) return
    const { proof, ...facts } = verified
    const { keyId: keyUri, scheme } = proof
    await commit.add({ ...facts, keyUri, scheme, body: body.toString('utf8') })
    context.supervision?.peerProved()
  }

  /** @throws HomebirdError NOT_FOUND */
  const requireInbox = async (id: string): Promise<void> => {
    if (await ownActors.has(id)) return
    throw new HomebirdError('NOT_FOUND', `no identity ${id.slice(0, 200)} has an inbox`)
  }

  return async (app) => {
    answerAs(app, 'never')
    takeRawActivities(app, config.inboxMaxKb * 1_024)
    app.addHook('onClose', () => ownActors.close())
    for (const path of [AP_ROUTES, ADOPTED_ROUTES].flatMap((routes) => [
      routes.sharedInbox,
      routes.instanceInbox,
    ])) {
      app.post(path, OPEN, async (request, reply) => {
        await accept(request)
        return reply.code(202).send()
      })
    }
    app.post<{ Params: { id: string } }>(AP_ROUTES.inbox, OPEN, async (request, reply) => {
      await requireInbox(request.params.id)
      await accept(request)
      return reply.code(202).send()
    })
    app.post<{ Params: { handle: string } }>(ADOPTED_ROUTES.inbox, OPEN, async (request, reply) => {
      await requireInbox(`${requestedOrigin(context, request)}/@${request.params.handle}/`)
      await accept(request)
      return reply.code(202).send()
    })
  }
}

/** The body as it came, counted while it comes; nothing else is understood here. */
function takeRawActivities(app: FastifyInstance, maxBytes: number): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ACTIVITY_TYPES,
    { parseAs: 'buffer', bodyLimit: maxBytes },
    (_request, body, done) => done(null, body),
  )
}
