/** One cause, one code: what follows from something that was found is not told beside it. */
import type { OutsideCode } from '../../../contracts/doctor.ts'
import type { Finding } from '../check.ts'
import { stateOf } from './verdict.ts'

const WORDS: readonly OutsideCode[] = [
  'WEBFINGER_BROKEN',
  'HANDLE_DOMAIN_BROKEN',
  'NODEINFO_BROKEN',
  'ACTOR_BROKEN',
]

const FOLLOWS: Readonly<Partial<Record<OutsideCode, readonly OutsideCode[]>>> = {
  // The home does not answer for a name that is not its own.
  HOST_REWRITTEN: WORDS,
  // A handle is asked for by the query.
  QUERY_DROPPED: ['WEBFINGER_BROKEN', 'HANDLE_DOMAIN_BROKEN'],
  // Some homes show themselves to nobody who does not sign.
  HEADERS_STRIPPED: ['ACTOR_BROKEN'],
  DATE_REWRITTEN: ['ACTOR_BROKEN'],
  SIGNATURE_BROKEN: ['ACTOR_BROKEN'],
}

export function withoutConsequences<T extends Finding>(found: readonly T[]): T[] {
  const causes = found.flatMap(({ codes = [] }) => codes.map(({ code }) => code))
  const follows = new Set(causes.flatMap((code) => FOLLOWS[code] ?? []))
  return found.map((finding) => {
    const codes = (finding.codes ?? []).filter(({ code }) => !follows.has(code))
    return codes.length === (finding.codes ?? []).length
      ? finding
      : { ...finding, codes, state: stateOf(codes) }
  })
}
