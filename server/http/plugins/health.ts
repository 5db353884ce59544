/**
 * Probes for tunnels, containers and service managers: alive (the loop turns) and ready (the database answers, and the disk
 * has room). Ready says too how long ago a worker last asked the database: what reads it decides what is too long, since a
 * home without a worker answers its readers all the same.
 */
import type { FastifyPluginAsync } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { readTickAge } from '../../db/tick-age.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from './answer-headers.ts'

/** Any number of probes cost one query in this time. */
const ASK_EVERY_MS = 1_000
const LIMIT_MS = 3_000

export function healthRoutes(context: HttpContext): FastifyPluginAsync {
  let asked: { atMs: number; answer: Promise<number | null> } | null = null
  /** A database that is frozen answers nothing at all; the probe does not wait with it. */
  const askInTime = async (): Promise<number | null> => {
    const limit = Promise.withResolvers<never>()
    const timer = setTimeout(() => limit.reject(new Error(`no answer within ${LIMIT_MS} ms`)), LIMIT_MS)
    try {
      return await Promise.race([readTickAge(context.db), limit.promise])
    } finally {
      clearTimeout(timer)
    }
  }
  const askDatabase = async (): Promise<number | null> => {
    const now = context.clock.monotonicMs()
    if (asked === null || now - asked.atMs > ASK_EVERY_MS) {
      asked = { atMs: now, answer: askInTime() }
    }
    return asked.answer
  }
  const ready = async (): Promise<{ status: 'OK'; stator_tick_age_seconds: number | null }> => {
    let tickAge: number | null
    try {
      tickAge = await askDatabase()
    } catch (cause) {
      throw new HomebirdError('UNAVAILABLE', 'the database does not answer a probe', { cause })
    }
    if (context.supervision?.hasRoom() === false) {
      throw new HomebirdError('UNAVAILABLE', 'the disk is full: nothing new is taken in')
    }
    return { status: 'OK', stator_tick_age_seconds: tickAge }
  }
  return async (app) => {
    answerAs(app, 'never')
    app.get('/livez', { config: { scope: 'public' } }, async () => ({ status: 'OK' }))
    app.get('/readyz', { config: { scope: 'public' } }, ready)
    app.get('/health', { config: { scope: 'public' } }, ready)
  }
}
