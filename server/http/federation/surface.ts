/** What the routes of the federation share: which object an address names, who asks for it, whether others may see it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ReceivedRequest } from '../../activitypub/http-signature.ts'
import { verifySignedGet } from '../../activitypub/verify-request.ts'
import { ACTIVITY_JSON } from '../../activitypub/vocabulary.ts'
import { HomebirdError } from '../../core/errors.ts'
import { type Actor, findActorByUri, findIdentity } from '../../domain/actors/actor.ts'
import { isBlockedHere } from '../../domain/blocks/is-blocked-here.ts'
import type { HttpContext } from '../http-context.ts'
import { canonicalHost } from '../plugins/host-guard.ts'
import { type AnswerTag, type ReadyAnswer, readyAnswer, sendReady } from '../ready/ready-answer.ts'
import { type AnswerName, type ReadyAnswers, readyAnswersOf } from '../ready/ready-answers.ts'

/** Everybody may ask. */
export const OPEN = { config: { scope: 'public' } } as const

/** The same for pages of collections. */
export const OPEN_LISTING = { config: { ...OPEN.config, answer: 'listing' } } as const

/** Sent as it is: some servers compare it letter by letter. */
export const ACTIVITY_TYPE = `${ACTIVITY_JSON}; charset=utf-8`

/** Somebody elsewhere who signed the request. */
export interface Reader {
  readonly actorUri: string
  /** Canonical. */
  readonly host: string
  /** Null where no row stands for the reader, so that nothing here can be meant for it. */
  readonly actorId: string | null
}

export interface Surface {
  readonly context: HttpContext
  readonly answers: ReadyAnswers
}

export function openSurface(context: HttpContext): Surface {
  return { context, answers: readyAnswersOf(context) }
}

/** The request exactly as it came, for the signature. */
export function receivedRequest(
  context: HttpContext,
  request: FastifyRequest,
): ReceivedRequest & { readonly body: null } {
  return {
    method: request.raw.method ?? '',
    rawPath: request.raw.url ?? '',
    rawHeaders: request.raw.rawHeaders,
    body: null,
    isOwnHost: (host) => context.home.isOwnHost(host),
  }
}

/** The id that this request asks for. Ids are stored, so another spelling of one is the id of nothing. */
export function requestedUri(context: HttpContext, request: FastifyRequest): string {
  return `${requestedOrigin(context, request)}${request.raw.url ?? ''}`
}

/** `https://host` of our own: the one that was asked for, or the primary one where the name is not of a domain. */
export function requestedOrigin({ home }: HttpContext, request: FastifyRequest): string {
  const host = canonicalHost(request.headers.host)
  return home.isOwnHost(host) ? home.origin(host) : home.origin()
}

/** The identity below whose id an address lies: by its number, or by the id that it brought along. */
export async function findRequestedIdentity(
  context: HttpContext,
  request: FastifyRequest,
): Promise<Actor | undefined> {
  const { id, handle } = request.params as { readonly id?: string; readonly handle?: string }
  if (handle === undefined) return findIdentity(context.db, id ?? '')
  const actor = await findActorByUri(context.db, `${requestedOrigin(context, request)}/@${handle}/`)
  return actor === undefined ? undefined : findIdentity(context.db, actor.id)
}

/** Nothing public depends on a query, and a cache may drop it (rule 84). */
export function refuseQueries(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.raw.url?.includes('?') === true) return done(notFound(request))
    return done()
  })
}

/** Who signed the request; null for strangers, and whoever is of a blocked domain is one. */
export async function readerOf(context: HttpContext, request: FastifyRequest): Promise<Reader | null> {
  if (request.headers.signature === undefined) return null
  const signer = await verifySignedGet(context, receivedRequest(context, request))
  if (signer === null) return null
  const actor = await findActorByUri(context.db, signer.actorUri)
  if (actor?.is_domain_blocked === true) return null
  return { ...signer, actorId: actor?.id ?? null }
}

/** The owner's word while the home runs, else the setting of the start. */
export function isAuthorizedFetch({ home, config }: Pick<HttpContext, 'home' | 'config'>): boolean {
  return home.switches().authorizedFetch ?? config.authorizedFetch
}

/**
 * In authorised-fetch mode only those who sign are answered, and nobody whom an identity of this home blocks.
 * @throws HomebirdError UNAUTHORIZED
 */
export async function requireReader(context: HttpContext, request: FastifyRequest): Promise<Reader> {
  const reader = await readerOf(context, request)
  const isBlocked =
    reader !== null && reader.actorId !== null && (await isBlockedHere(context.db, reader.actorId))
  if (reader !== null && !isBlocked) return reader
  throw new HomebirdError(
    'UNAUTHORIZED',
    `unsigned request for ${request.raw.url} in authorised-fetch mode`,
    {
      safe: 'This home serves signed requests only.',
    },
  )
}

/** Names what a request asks for among the ready answers. */
export function answerName(context: HttpContext, request: FastifyRequest, variant: string): AnswerName {
  return { variant, host: requestedOrigin(context, request).slice(8), path: request.raw.url ?? '' }
}

/**
 * What is public, as ready bytes: for everybody, and in authorised-fetch mode for those who sign.
 * @param make  makes the answer for anybody; null where there is none
 * @returns null where there is nothing public
 * @throws HomebirdError UNAUTHORIZED
 */
export async function findPublic(
  { context, answers }: Surface,
  request: FastifyRequest,
  make: () => Promise<ReadyAnswer | null>,
): Promise<ReadyAnswer | null> {
  if (isAuthorizedFetch(context)) await requireReader(context, request)
  return answers.get(answerName(context, request, 'ap'), make)
}

/**
 * Sends the answer; what is not there and what may not be seen are answered alike. Not to be awaited:
 * a reply is a promise of its own end.
 * @throws HomebirdError NOT_FOUND
 */
export function sendFound(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: ReadyAnswer | null,
): FastifyReply {
  if (answer !== null) return sendReady(request, reply, answer)
  throw notFound(request)
}

export function privately(answer: ReadyAnswer): ReadyAnswer {
  return { ...answer, outcome: 'not public' }
}

/** An ActivityPub document that anybody may have and keep for a moment. */
export function publicDocument(
  document: object,
  tags: readonly AnswerTag[],
  modifiedAt: Date | null = null,
): ReadyAnswer {
  return readyAnswer({
    contentType: ACTIVITY_TYPE,
    document,
    tags,
    modifiedAt,
  })
}

function notFound(request: FastifyRequest): HomebirdError {
  return new HomebirdError('NOT_FOUND', `nothing at ${(request.raw.url ?? '').slice(0, 200)}`)
}
