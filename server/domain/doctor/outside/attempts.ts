/** What the first look of a run says of one place. */
import type { Attempt, OutsideWorld } from './world.ts'

/** This machine has no such network. */
const NO_WAY: ReadonlySet<string> = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETDOWN'])

export const hasNoWay = ({ failure }: Attempt): boolean => failure !== null && NO_WAY.has(failure.code ?? '')

/** Nobody takes connections there. */
export function isUnanswered({ failure }: Attempt): boolean {
  if (failure === null) return false
  return failure.reason === 'connection' || (failure.reason === 'timeout' && failure.phase === 'connect')
}

/** Nothing came back over IPv6: this machine's own may lead nowhere. */
export const isOwnDoubt = (one: Attempt): boolean =>
  one.family === 6 && isUnanswered(one) && one.failure?.code !== 'ECONNREFUSED'

/** Somebody takes connections there and says nothing over them. */
export function isSilent({ failure }: Attempt): boolean {
  if (failure === null) return false
  return failure.reason === 'closed' || (failure.reason === 'timeout' && failure.phase === 'read')
}

/** Behind a router that leads nobody back in, whoever got through within so long is believed before the home itself. */
const PEER_PROOF_LASTS_MS = 3_600_000

/** From home the way is shut and there is nowhere else to look from, but another server got through lately. */
export function isProvenByPeer({
  peerProvedAt,
  clock,
}: Pick<OutsideWorld, 'peerProvedAt' | 'clock'>): boolean {
  if (peerProvedAt === null || peerProvedAt === undefined) return false
  return clock.now().getTime() - peerProvedAt.getTime() < PEER_PROOF_LASTS_MS
}

/** From home the way is shut, as with routers that lead nobody back in; from the internet it is open. */
export function findHairpin(attempts: readonly Attempt[]): Attempt | null {
  const isOpenThere = attempts.some(({ vantage, isProven }) => vantage === 'ssh' && isProven)
  const own = attempts.filter(({ vantage }) => vantage === 'home')
  if (!isOpenThere || own.some(({ isProven }) => isProven)) return null
  return own[0] ?? null
}
