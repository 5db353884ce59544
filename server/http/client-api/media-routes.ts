/** Uploads: sent, looked after while they are worked on, described, and removed before a post has them. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { MediaAttachment } from '../../contracts/media-attachment.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { mediaFromAttachment } from '../../domain/media/media-attachment.ts'
import type { AttachmentEdit } from '../../domain/posts/edit-post.ts'
import {
  describeWaiting,
  getOwnAttachment,
  getWaiting,
  removeWaiting,
} from '../../domain/uploads/own-attachments.ts'
import {
  type ReceivedAttachment,
  keepIncoming,
  receiveAttachment,
  receiveFile,
  refuseRefused,
  waitForUploads,
} from '../../domain/uploads/receive-upload.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { fileOf } from './form-files.ts'
import { limiterKey } from '../plugins/limiter-key.ts'
import { type EditedStatusForm, focusOf } from './status-form.ts'

const WRITE = forUser('write:media')
/** Rule 76, for each identity. */
const THIRTY_IN_HALF_AN_HOUR = { max: 30, timeWindow: 1_800_000 } as const

/** How long an app is kept waiting: most pictures are done by then. */
const PATIENCE_MS = 3_000
/** For the old way, which knows no later. */
const LONG_PATIENCE_MS = 25_000

const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })
const MediaForm = Type.Object({
  description: Type.Optional(Type.String({ maxLength: 20_000 })),
  /** `x,y` */
  focus: Type.Optional(Type.String({ maxLength: 60 })),
})

export function mediaRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    await limitUploads(app)
    sendingRoutes(app, api)
    waitingRoutes(app, api)
  }
}

async function limitUploads(app: ApiApp): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    keyGenerator: (request) => request.access?.actorId ?? limiterKey(request),
    errorResponseBuilder: (_request, { ttl }) =>
      new HomebirdError('RATE_LIMITED', 'the limiter of uploads tripped', {
        details: { retryAfterSeconds: Math.ceil(ttl / 1_000) },
      }),
  })
}

function sendingRoutes(app: ApiApp, api: Api): void {
  const files = { file: 'media', thumbnail: 'picture' } as const
  // One limiter for both ways, instead of one for each.
  const onRequest = app.rateLimit(THIRTY_IN_HALF_AN_HOUR)
  const options = { config: { ...WRITE.config, files }, schema: { body: MediaForm }, onRequest }
  app.post('/v2/media', options, async (request, reply) => {
    const received = await receive(api, request)
    return sendReceived(api, request, reply, received, PATIENCE_MS)
  })
  app.post('/v1/media', options, async (request, reply) => {
    const received = await receive(api, request)
    return sendReceived(api, request, reply, received, LONG_PATIENCE_MS)
  })
}

async function receive(api: Api, request: FastifyRequest<{ Body: unknown }>): Promise<ReceivedAttachment> {
  const { description, focus } = request.body as { description?: string; focus?: string }
  const file = fileOf(request, 'file')
  if (file === null) {
    throw new HomebirdError('UNPROCESSABLE', 'an upload came without a file', {
      safe: "Validation failed: File can't be blank",
    })
  }
  const facts = { description, focus: focusOf(focus) }
  return receiveAttachment(api.context.db, actorIdOf(request), file, fileOf(request, 'thumbnail'), facts)
}

/** 202 while there is work left. @throws HomebirdError UNPROCESSABLE with the reason for what was refused */
async function sendReceived(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  { attachmentId, uploadIds }: ReceivedAttachment,
  patienceMs: number,
): Promise<MediaAttachment> {
  const uploads = await waitForUploads(api.context, uploadIds, patienceMs)
  try {
    refuseRefused(uploads)
  } catch (error) {
    await inTransaction(api.context.db, async (tx) => removeWaiting(tx, actorIdOf(request), attachmentId))
    throw error
  }
  if (uploads.some((upload) => upload.settled_at === null)) void reply.code(202)
  return (await findMedia(api, request, attachmentId)).entity
}

async function findMedia(api: Api, request: FastifyRequest, id: string) {
  const { attachment, refusal } = await getWaiting(api.context.db, actorIdOf(request), id)
  return { entity: mediaFromAttachment(api.urls, attachment), isReady: attachment.file_key !== null, refusal }
}

function waitingRoutes(app: ApiApp, api: Api): void {
  const { db } = api.context
  const params = IdParams
  app.get('/v1/media/:id', { ...WRITE, schema: { params } }, async (request, reply) => {
    const { entity, isReady, refusal } = await findMedia(api, request, request.params.id)
    if (refusal !== null) throw new HomebirdError('UNPROCESSABLE', refusal, { safe: refusal })
    if (!isReady) void reply.code(206)
    return entity
  })
  const config = { ...WRITE.config, files: { thumbnail: 'picture' } } as const
  app.put('/v1/media/:id', { config, schema: { params, body: MediaForm } }, async (request) => {
    const { id } = request.params
    const { description, focus } = request.body
    await describeWaiting(db, actorIdOf(request), id, { description, focus: focusOf(focus) })
    await replaceThumbnail(api, request, id, 'thumbnail')
    return (await findMedia(api, request, id)).entity
  })
  app.delete('/v1/media/:id', { ...WRITE, schema: { params } }, async (request) => {
    await inTransaction(db, async (tx) => removeWaiting(tx, actorIdOf(request), request.params.id))
    return {}
  })
}

/**
 * What an edit of a post says of its files; new thumbnails are ready then.
 * @throws HomebirdError UNPROCESSABLE for a focus that is none and for a thumbnail that was refused
 */
export async function attachmentEditsOf(
  api: Api,
  request: FastifyRequest,
  { media_attributes: edits }: Static<typeof EditedStatusForm>,
): Promise<AttachmentEdit[]> {
  const { db } = api.context
  const read: AttachmentEdit[] = []
  for (const { id, description, focus, thumbnail } of edits ?? []) {
    await getOwnAttachment(db, actorIdOf(request), id)
    const hasNewThumbnail = thumbnail !== undefined && (await replaceThumbnail(api, request, id, thumbnail))
    read.push({ id, description, focus: focusOf(focus), hasNewThumbnail })
  }
  return read
}

/** @returns whether there was one */
async function replaceThumbnail(
  api: Api,
  request: FastifyRequest,
  id: string,
  field: string,
): Promise<boolean> {
  const thumbnail = fileOf(request, field)
  if (thumbnail === null) return false
  const kept = await keepIncoming(thumbnail)
  const uploadId = await inTransaction(api.context.db, async (tx) =>
    receiveFile(tx, actorIdOf(request), 'thumbnail', kept, id),
  )
  refuseRefused(await waitForUploads(api.context, [uploadId], LONG_PATIENCE_MS))
  return true
}
