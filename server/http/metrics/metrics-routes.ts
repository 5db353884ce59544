/** Figures for Prometheus, to who shows the token or is signed in as the owner. Registered on the private app only. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from '../owner/index.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import type { Figures } from './measure-requests.ts'

export function metricsRoutes(context: HttpContext, figures: Figures): FastifyPluginAsync {
  return async (app) => {
    answerAs(app, 'private')
    app.get('/metrics', { config: { scope: 'owner' } }, async (request, reply) => {
      if (!showsToken(request, context.config.metricsToken)) await requireOwner(context, request)
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

/** Compared by their digests, so that the time tells nothing. */
function showsToken({ headers }: FastifyRequest, token: string): boolean {
  const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (token === '' || given === undefined) return false
  return timingSafeEqual(digestOf(given), digestOf(token))
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
