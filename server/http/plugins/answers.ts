/**
 * What holds for every answer: errors are told in one shape without stack, SQL or path; types are not guessed by browsers.
 * @see security rule 120
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiError } from '../../contracts/api-error.ts'
import { HomebirdError, describeError, isHomebirdError } from '../../core/errors.ts'
import type { Logger } from '../../core/log.ts'
import { isDiskFull, sqlState } from '../../db/transaction.ts'
import { NO_ROOM_TO_WRITE } from './room-guard.ts'

const RETRY_AFTER_SECONDS = 30
/** Errors of a driver or socket that mean: the database is away. */
const DATABASE_AWAY = /^(?:ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|57P0[123]|08\w{3}|53300)$/

/** @param hasPages  whether a plugin of the app tells people of addresses that nothing stands at */
export function shapeAnswers(app: FastifyInstance, log: Logger, hasPages = false): void {
  app.setErrorHandler((error, request, reply) => sendError(log, error, request, reply))
  if (!hasPages) app.setNotFoundHandler((_request, reply) => sendMissing(reply))
  app.addHook('onSend', async (_request, reply, payload) => {
    void reply.header('x-content-type-options', 'nosniff')
    if (!reply.hasHeader('referrer-policy')) void reply.header('referrer-policy', 'same-origin')
    return payload
  })
}

/** To programs. */
export const sendMissing = (reply: FastifyReply): FastifyReply =>
  reply.code(404).send({ error: 'Record not found' })

/** What failed is for the log alone. */
export function noteError(log: Logger, error: HomebirdError, request: FastifyRequest): void {
  const { status } = error
  const facts = {
    method: request.method,
    route: request.routeOptions.url,
    status,
    requestId: request.id,
    error: describeError(error),
  }
  if (status >= 500 && status !== 503) log.error({ event: 'request.failed', ...facts })
  else log.debug({ event: 'request.refused', ...facts })
}

function sendError(log: Logger, raw: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toHomebirdError(raw)
  noteError(log, error, request)
  askForPatience(reply, error)
  const { description } = error.details
  const body: ApiError =
    typeof description === 'string'
      ? { error: error.safe, error_description: description }
      : { error: error.safe }
  return reply.code(error.status).send(body)
}

/** Says when to come again, with a 429 or 503. */
export function askForPatience(reply: FastifyReply, { status, details }: HomebirdError): void {
  if (status !== 503 && status !== 429) return
  const { retryAfterSeconds } = details
  const seconds = typeof retryAfterSeconds === 'number' ? retryAfterSeconds : RETRY_AFTER_SECONDS
  void reply.header('retry-after', String(Math.max(1, Math.ceil(seconds))))
}

/** Reads framework, validation and database errors as ours. */
export function toHomebirdError(raw: unknown): HomebirdError {
  if (isHomebirdError(raw)) return raw
  if (!(raw instanceof Error)) return new HomebirdError('INTERNAL', `thrown: ${String(raw)}`)
  const error = raw as FastifyError
  if (error.validation !== undefined) {
    return new HomebirdError('UNPROCESSABLE', error.message, {
      safe: `Validation failed: ${error.message}`.slice(0, 500),
      cause: raw,
    })
  }
  if (DATABASE_AWAY.test(error.code) || isPoolTimeout(error)) {
    return new HomebirdError('UNAVAILABLE', 'the database does not answer', { cause: raw })
  }
  if (isDiskFull(error)) {
    return new HomebirdError('STORAGE_FULL', 'the database has no room left', {
      cause: raw,
      safe: NO_ROOM_TO_WRITE,
    })
  }
  if (sqlState(error) === '57014' || sqlState(error) === '55P03') {
    return new HomebirdError('UNAVAILABLE', 'a statement or lock took too long', { cause: raw })
  }
  return fromStatus(error)
}

function isPoolTimeout(error: Error): boolean {
  return /timeout exceeded when trying to connect|Connection terminated|connection timeout/i.test(
    error.message,
  )
}

function fromStatus(error: FastifyError): HomebirdError {
  switch (error.statusCode ?? 500) {
    case 400:
      return new HomebirdError('BAD_REQUEST', error.message, { cause: error })
    case 404:
      return new HomebirdError('NOT_FOUND', error.message, { cause: error })
    case 406:
    case 415:
      return new HomebirdError('UNSUPPORTED_TYPE', error.message, { cause: error })
    case 413:
      return new HomebirdError('TOO_LARGE', error.message, { cause: error })
    case 429:
      return new HomebirdError('RATE_LIMITED', error.message, { cause: error })
    case 503:
      return new HomebirdError('UNAVAILABLE', error.message, { cause: error })
    default:
      return new HomebirdError('INTERNAL', 'a handler failed', { cause: error })
  }
}
