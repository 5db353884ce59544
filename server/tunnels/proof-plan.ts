/** When the way in is proven again: often while it is in doubt, seldom while others prove it, dearly where each costs. */

/** After the transport came up: at once, then after so many milliseconds each. */
const FIRST_PROOFS_MS = [0, 5_000, 15_000, 60_000] as const
const STEADY_MS = 60_000
const METERED_MS = 15 * 60_000
const DOUBTFUL_MS = 15_000
/** For so long after a failure. */
const DOUBT_LASTS_MS = 60_000
/** So many failures in a row are more than an accident. */
export const MOST_FAILURES = 3
const PROOF_LASTS_MS = 5 * 60_000
const METERED_PROOF_LASTS_MS = 30 * 60_000

export interface ProofHistory {
  readonly isMetered: boolean
  /** Loops since the transport came up. */
  readonly loops: number
  readonly failures: number
  readonly isProven: boolean
  /** Since the last failure; null without one. */
  readonly sinceFailureMs: number | null
}

/** Milliseconds until the next loop. */
export function nextLoopMs(history: ProofHistory): number {
  const { isMetered, loops, isProven, sinceFailureMs } = history
  if (!isProven) return FIRST_PROOFS_MS[loops] ?? (isMetered ? METERED_MS : STEADY_MS)
  const isInDoubt = sinceFailureMs !== null && sinceFailureMs < DOUBT_LASTS_MS
  if (isInDoubt) return DOUBTFUL_MS
  return isMetered ? METERED_MS : STEADY_MS
}

/** How long a proof is believed. */
export const proofLastsMs = (isMetered: boolean): number =>
  isMetered ? METERED_PROOF_LASTS_MS : PROOF_LASTS_MS
