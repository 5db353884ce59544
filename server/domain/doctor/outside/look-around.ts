/** The first look of a run: which addresses the name has, and who answers there, from each place and in each family. */
import { describeError, isHomebirdError } from '../../../core/errors.ts'
import { probePath } from '../../../core/probe.ts'
import type { AddressGuard } from '../../../net/address-guard.ts'
import { fetchFailureOf } from '../../../net/fetch-types.ts'
import type { FoundAddresses } from '../../../net/outside/zone-addresses.ts'
import { BROWSER } from './agents.ts'
import type { Attempt, AttemptFailure, Family, OutsideAsk, OutsideWorld, Reach, Vantage } from './world.ts'

type Asking = Pick<OutsideWorld, 'host' | 'hasSsh' | 'ask' | 'nonce' | 'isProof'>

interface Place {
  readonly vantage: Vantage
  readonly family: Family | null
  readonly address: string | null
}

/** The kind of proof that is asked for. */
const KIND = 'home'

export async function lookAround(
  world: Asking,
  find: (host: string) => Promise<FoundAddresses>,
  guard: AddressGuard,
): Promise<Reach> {
  const addresses = await find(world.host)
  const isAllowed = (address: string): boolean => addresses.by === 'settings' || guard.allows(address)
  const [v4, v6] = [addresses.v4.find(isAllowed), addresses.v6.find(isAllowed)]
  const places: Place[] = [
    ...(v4 === undefined ? [] : [{ vantage: 'home', family: 4, address: v4 } as const]),
    ...(v6 === undefined ? [] : [{ vantage: 'home', family: 6, address: v6 } as const]),
    ...(world.hasSsh ? [{ vantage: 'ssh', family: null, address: null } as const] : []),
  ]
  const attempts = await Promise.all(places.map(async (place) => attempt(world, place, [])))
  const first = bestOf(attempts)
  const asBrowser =
    first === null || first.isProven || first.answer === null
      ? null
      : await attempt(world, first, [['User-Agent', BROWSER]])
  const needsBrowser = asBrowser?.isProven === true
  return {
    addresses,
    privateAddresses: [...addresses.v4, ...addresses.v6].filter((address) => !isAllowed(address)),
    attempts,
    best: needsBrowser ? asBrowser : first,
    needsBrowser,
  }
}

function bestOf(attempts: readonly Attempt[]): Attempt | null {
  return attempts.find(({ isProven }) => isProven) ?? attempts.find(({ answer }) => answer !== null) ?? null
}

async function attempt(
  world: Asking,
  { vantage, family, address }: Place,
  headers: NonNullable<OutsideAsk['headers']>,
): Promise<Attempt> {
  const nonce = world.nonce()
  const place = { vantage, family, address }
  try {
    const answer = await world.ask({
      path: probePath(nonce, KIND),
      headers,
      vantage,
      ...(family === null ? {} : { family }),
    })
    return { ...place, failure: null, answer, isProven: world.isProof(answer, nonce, KIND) }
  } catch (error) {
    return { ...place, failure: failureOf(error), answer: null, isProven: false }
  }
}

/**
 * What did not come in time, or because the run is over or has asked enough, says nothing of whoever was asked.
 * @throws the error, where it is such a one
 */
export function requireAsked(error: unknown): void {
  const reason = fetchFailureOf(error)?.reason
  if (reason === undefined || reason === 'aborted' || reason === 'timeout') throw error
}

export function failureOf(error: unknown): AttemptFailure {
  const { reason = 'aborted', phase = null } = fetchFailureOf(error) ?? {}
  const message = isHomebirdError(error) ? error.message : describeError(error)
  return { reason, phase, code: causeCodeOf(error), message: message.slice(0, 300) }
}

function causeCodeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const cause: unknown = error.cause
  if (cause instanceof Error && 'code' in cause) return String(cause.code)
  return causeCodeOf(cause)
}
