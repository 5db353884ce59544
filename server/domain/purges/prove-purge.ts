/**
 * Proves that whatever stands in front drops what it is told to drop: something is kept by it, changes at home, is purged,
 * and is then seen anew, all through the public name. Only such a proof lets answers live longer in front than a minute.
 */
import { HomebirdError } from '../../core/errors.ts'
import type { Database } from '../../db/pool.ts'
import { recordPurgeProof } from '../edges/edge.ts'
import type { Purger } from './purger.ts'

export interface ProofParts {
  readonly purger: Pick<Purger, 'purge'>
  /** The probe, as visitors ask for it. */
  readonly url: string
  readonly tags?: readonly string[]
  /** What visitors see there now, through the public name; null where nothing can be seen. */
  readonly see: () => Promise<string | null>
  /** Has the home answer something else there from now on. @returns what that is. Absent where every answer is another. */
  readonly change?: () => Promise<string>
  /** Before each further look, where what was to be forgotten is still seen; without it there is one look. */
  readonly wait?: () => Promise<void>
}

const MOST_LOOKS = 3

/**
 * `not_kept`: there is nothing to prove, because nothing was kept, or nothing could be seen. `refused`: the purge was not done. `still_there`: it
 * was said to be done, and the old was seen nevertheless.
 */
export type PurgeProof =
  | { readonly kind: 'proven' }
  | { readonly kind: 'not_kept' }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'still_there' }

export async function provePurge({
  purger,
  url,
  tags = [],
  see,
  change,
  wait,
}: ProofParts): Promise<PurgeProof> {
  const before = await see()
  const after = (await change?.()) ?? null
  if (after === before && after !== null) {
    throw new HomebirdError('INTERNAL', `the probe ${url} did not change, so that nothing can be seen`)
  }
  if (before === null || (await see()) !== before) return { kind: 'not_kept' }
  const { left, problem } = await purger.purge([url], tags)
  if (left.urls.length > 0 || left.tags.length > 0)
    return { kind: 'refused', problem: problem ?? 'it has to wait its turn' }
  for (let looks = 1; ; looks += 1) {
    const seen = await see()
    if (seen === null) return { kind: 'not_kept' }
    if (after === null ? seen !== before : seen === after) return { kind: 'proven' }
    if (wait === undefined || looks === MOST_LOOKS) return { kind: 'still_there' }
    await wait()
  }
}

/**
 * Remembers what was found about a way in: only a proof lets answers live longer in front than a minute. Where nothing was
 * kept nothing is learned.
 */
export async function rememberProof(
  db: Database,
  edge: string,
  { kind }: PurgeProof,
  now: Date,
): Promise<void> {
  if (kind !== 'not_kept') await recordPurgeProof(db, edge, kind === 'proven' ? now : null)
}
