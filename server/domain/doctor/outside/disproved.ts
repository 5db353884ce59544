/** What the home could not see of itself, and another server has got through to since: it was only not to be seen from here. */
import type { OutsideCode } from '../../../contracts/doctor.ts'
import type { Finding } from '../check.ts'
import { PEER, codeOf, stateOf } from './verdict.ts'

/** Nobody gets through: whoever does has disproved it. */
export const REACH_CODES: ReadonlySet<OutsideCode> = new Set(['PORT_CLOSED', 'NO_ADDRESS', 'TUNNEL_DOWN'])

/** @param peerProvedAt  when a signed request of another server was last accepted */
export function withoutDisproved<T extends Finding>(
  found: readonly T[],
  beganAt: Date,
  peerProvedAt: Date | null,
): readonly T[] {
  if (peerProvedAt === null || peerProvedAt < beganAt) return found
  return found.map((finding) => {
    const { codes = [] } = finding
    if (!codes.some(({ code }) => REACH_CODES.has(code))) return finding
    const left = codes.map((one) =>
      REACH_CODES.has(one.code) ? codeOf('HAIRPIN', 'network', { ...one.facts, provenBy: PEER }) : one,
    )
    return { ...finding, codes: left, state: stateOf(left) }
  })
}
