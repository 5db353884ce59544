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
  /** What visitors see there now, through the public name. */
  readonly see: () => Promise<string>
  /** Has the home answer something else there from now on. @returns what that is */
  readonly change: () => Promise<string>
}

/**
 * `not_kept`: there is nothing to prove, because nothing was kept. `refused`: the purge was not done. `still_there`: it
 * was said to be done, and the old was seen nevertheless.
 */
export type PurgeProof =
  | { readonly kind: 'proven' }
  | { readonly kind: 'not_kept' }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'still_there' }

export async function provePurge({ purger, url, tags = [], see, change }: ProofParts): Promise<PurgeProof> {
  const before = await see()
  const after = await change()
  if (after === before) {
    throw new HomebirdError('INTERNAL', `the probe ${url} did not change, so that nothing can be seen`)
  }
  if ((await see()) !== before) return { kind: 'not_kept' }
  const { left, problem } = await purger.purge([url], tags)
  if (left.urls.length > 0 || left.tags.length > 0)
    return { kind: 'refused', problem: problem ?? 'it has to wait its turn' }
  return (await see()) === after ? { kind: 'proven' } : { kind: 'still_there' }
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
