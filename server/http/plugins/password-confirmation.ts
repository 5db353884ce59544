/** What cannot be undone easily is confirmed with the owner's password, which may be tried ten times in five minutes. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import type { Database } from '../../db/pool.ts'
import { verifyOwnerPassword } from '../../domain/owner/password.ts'
import { limiterKey } from './limiter-key.ts'

/** Rule 76. */
export const TEN_IN_FIVE_MINUTES = { max: 10, timeWindow: 300_000 } as const

/** Limits those routes of the encapsulated app that ask for it in their `config.rateLimit`. */
export async function limitTries(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    keyGenerator: limiterKey,
    errorResponseBuilder: (_request, { ttl }) =>
      new HomebirdError('RATE_LIMITED', 'a limiter of password confirmations tripped', {
        safe: 'Too many attempts. Wait a few minutes and try again.',
        details: { retryAfterSeconds: Math.ceil(ttl / 1_000) },
      }),
  })
}

/** @throws HomebirdError UNPROCESSABLE for a wrong one: apps take 401 for the end of their token */
export async function requirePassword(db: Database, password: string): Promise<void> {
  if (await verifyOwnerPassword(db, password)) return
  throw new HomebirdError('UNPROCESSABLE', 'a wrong password was given to confirm an act', {
    safe: 'Validation failed: the password is wrong',
  })
}
