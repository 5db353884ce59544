/** Where the owner proves to be the owner on the private listener, by password and code or by passkey. */
import type { FastifyRequest } from 'fastify'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { type Static, Type } from 'typebox'
import { HomebirdError } from '../../core/errors.ts'
import type { OwnerSession } from '../../domain/owner/sessions.ts'
import { provedUntil } from '../../domain/owner/list-sessions.ts'
import { Challenges } from '../../domain/sign-in/challenges.ts'
import { type PasskeyPlace, finishUsing, passkeyPlace } from '../../domain/sign-in/passkeys.ts'
import { proveOwner } from '../../domain/sign-in/prove-owner.ts'
import type { HttpContext } from '../http-context.ts'
import type { PasskeyAnswer } from '../plugins/passkey-answer.ts'
import { CODE_TRIES, TryBucket } from '../plugins/try-bucket.ts'
import { requireOwner } from './session.ts'

const Text = (maxLength: number) => Type.String({ maxLength })

export const ProofForm = Type.Object({ password: Text(2_000), code: Type.Optional(Text(100)) })

export class SignInDesk {
  readonly challenges: Challenges
  readonly #context: Pick<HttpContext, 'db' | 'clock'>
  readonly #codes: TryBucket

  constructor(context: Pick<HttpContext, 'db' | 'clock'>) {
    this.#context = context
    this.#codes = new TryBucket(context.clock, CODE_TRIES)
    this.challenges = new Challenges(context)
  }

  /** The tries of passwords are counted by the routes. */
  async isOwner({ password, code = '' }: Static<typeof ProofForm>): Promise<boolean> {
    const { db, clock } = this.#context
    const takesSteps = this.#codes.take() === 0
    const verdict = await proveOwner(db, { password, code }, clock.now(), takesSteps)
    if (takesSteps && verdict !== 'wrong_code') this.#codes.giveBack()
    return verdict === 'proved'
  }

  /** @throws HomebirdError UNPROCESSABLE for whatever does not prove it */
  async requirePasskey(request: FastifyRequest, answer: Static<typeof PasskeyAnswer>): Promise<void> {
    const { db, clock } = this.#context
    const response = answer as unknown as AuthenticationResponseJSON
    await finishUsing(db, this.challenges, requirePlace(request), response, clock.now())
  }
}

/** @throws HomebirdError UNPROCESSABLE where this page is reached by a number */
export function requirePlace(request: FastifyRequest): PasskeyPlace {
  const place = placeOf(request)
  if (place !== null) return place
  throw new HomebirdError('UNPROCESSABLE', `no passkey can be made for ${String(request.headers.host)}`, {
    safe: 'no_passkey_here',
  })
}

/** The private listener is reached by its own name: the host guard has seen to that. */
export function placeOf(request: FastifyRequest): PasskeyPlace | null {
  return passkeyPlace(`${request.protocol}://${request.headers.host ?? ''}`)
}

/**
 * For changes of the sign-in itself: a browser that was left open must not lock its owner out.
 * @throws HomebirdError UNAUTHORIZED without a session, FORBIDDEN where the last proof is older than ten minutes
 */
export async function requireProof(
  context: Pick<HttpContext, 'db' | 'clock'>,
  request: FastifyRequest,
): Promise<OwnerSession> {
  const session = await requireOwner(context, request)
  if (provedUntil(session.provedAt, context.clock.now()) !== null) return session
  throw new HomebirdError('FORBIDDEN', 'a change of the sign-in asks for a new proof', {
    safe: 'proof_needed',
  })
}
