/** Figures for Prometheus, to who shows the token or is signed in as the owner. Registered on the private app only. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { boundedMap } from '../../core/bounded-map.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from '../owner/index.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { limiterKey } from '../plugins/limiter-key.ts'
import { PASSWORD_TRIES, TryBucket } from '../plugins/try-bucket.ts'
import type { Figures } from './measure-requests.ts'

const MOST_KEPT = 1_000

export function metricsRoutes(context: HttpContext, figures: Figures): FastifyPluginAsync {
  const tries = boundedMap<string, TryBucket>({ max: MOST_KEPT, ttl: PASSWORD_TRIES.windowMs })
  /** Ten wrong tokens in five minutes of one network; after that none of it is looked at. @throws HomebirdError RATE_LIMITED */
  const isTokenShown = (request: FastifyRequest): boolean => {
    const given = tokenIn(request)
    const { metricsToken } = context.config
    if (given === undefined || metricsToken === '') return false
    const client = limiterKey(request)
    const bucket = tries.get(client) ?? new TryBucket(context.clock, PASSWORD_TRIES)
    const retryAfterSeconds = bucket.take()
    if (retryAfterSeconds > 0)
      throw new HomebirdError('RATE_LIMITED', 'too many wrong tokens for /metrics', {
        details: { retryAfterSeconds },
      })
    tries.set(client, bucket)
    const isRight = isSame(given, metricsToken)
    if (isRight) bucket.giveBack()
    return isRight
  }
  return async (app) => {
    answerAs(app, 'private')
    app.get('/metrics', { config: { scope: 'owner' } }, async (request, reply) => {
      if (!isTokenShown(request)) await requireOwner(context, request)
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await readOrRefuse(figures))
    })
  }
}

async function readOrRefuse(figures: Figures): Promise<string> {
  try {
    return await figures.text()
  } catch (cause) {
    throw new HomebirdError('UNAVAILABLE', 'the figures cannot be read', { cause })
  }
}

const tokenIn = ({ headers }: FastifyRequest): string | undefined =>
  /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]

/** Compared by their digests, so that the time tells nothing. */
const isSame = (given: string, token: string): boolean => timingSafeEqual(digestOf(given), digestOf(token))

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
