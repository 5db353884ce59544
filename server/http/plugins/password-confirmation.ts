/** What cannot be undone easily is confirmed with the owner's password, which may be tried ten times in five minutes. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../core/clock.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Database } from '../../db/pool.ts'
import { verifyOwnerPassword } from '../../domain/owner/password.ts'
import { type SignInProof, asksForCode, proveOwner } from '../../domain/sign-in/prove-owner.ts'
import { limiterKey } from './limiter-key.ts'
import { CODE_TRIES, TryBucket } from './try-bucket.ts'

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

/** The tries of codes, which a route that asks for both keeps for as long as it lives. */
export const openCodeTries = (clock: Pick<Clock, 'monotonicMs'>): TryBucket =>
  new TryBucket(clock, CODE_TRIES)

/**
 * For what can never be undone: the password, and the second factor where one is set up.
 * @throws HomebirdError UNPROCESSABLE, with the same words for either where both are asked for
 */
export async function requireBothFactors(
  db: Database,
  proof: SignInProof,
  now: Date,
  tries: TryBucket,
): Promise<void> {
  if (!(await asksForCode(db))) return requirePassword(db, proof.password)
  const takesSteps = tries.take() === 0
  const verdict = await proveOwner(db, proof, now, takesSteps)
  if (takesSteps && verdict !== 'wrong_code') tries.giveBack()
  if (verdict === 'proved') return undefined
  throw new HomebirdError('UNPROCESSABLE', `an act was confirmed with a ${verdict}`, {
    safe: 'Validation failed: the password or the code is wrong',
  })
}
