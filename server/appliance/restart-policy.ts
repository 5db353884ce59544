/** Decides when a part of the home that has ended is started again. Pure: time comes in, a decision comes out. */
import { isFinalExitCode } from '../contracts/exit-code.ts'

const FIRST_DELAY_MS = 200
const LONGEST_DELAY_MS = 60_000
const WINDOW_MS = 60_000
const DEGRADED_AFTER_ENDS = 5

export type RestartDecision =
  | { readonly kind: 'restart'; readonly afterMs: number; readonly isDegraded: boolean }
  /** Starting again cannot help until a person has changed something. */
  | { readonly kind: 'final' }

/**
 * Back-off from 0.2 s, doubled with each end inside the last minute; from the fifth on once a minute, which is
 * called degraded. It never gives up, but for exit codes that say that a restart cannot help.
 * @param endedAtMs  monotonic moments of the last ends, this one included, oldest first
 * @see security rule 99
 */
export function decideRestart(exitCode: number | null, endedAtMs: readonly number[]): RestartDecision {
  if (isFinalExitCode(exitCode)) return { kind: 'final' }
  const now = endedAtMs.at(-1) ?? 0
  const recent = endedAtMs.filter((at) => now - at < WINDOW_MS).length
  if (recent >= DEGRADED_AFTER_ENDS) return { kind: 'restart', afterMs: LONGEST_DELAY_MS, isDegraded: true }
  return { kind: 'restart', afterMs: FIRST_DELAY_MS * 2 ** (Math.max(1, recent) - 1), isDegraded: false }
}

/** Remembers the ends that matter to the decision: a part that ran well for a minute begins anew. */
export class RestartHistory {
  readonly #endedAtMs: number[] = []
  #isDegraded = false

  /** @param nowMs  monotonic */
  ended(exitCode: number | null, nowMs: number): RestartDecision {
    this.#endedAtMs.push(nowMs)
    while (this.#endedAtMs.length > DEGRADED_AFTER_ENDS) this.#endedAtMs.shift()
    const decision = decideRestart(exitCode, this.#windowed(nowMs))
    this.#isDegraded = decision.kind === 'restart' && decision.isDegraded
    return decision
  }

  /** A degraded part fails once a minute, so its window is that much longer: one more failure keeps it degraded. */
  #windowed(nowMs: number): number[] {
    if (!this.#isDegraded) return this.#endedAtMs
    const last = this.#endedAtMs.at(-2) ?? Number.NEGATIVE_INFINITY
    const isStillFailing = nowMs - last < LONGEST_DELAY_MS + WINDOW_MS
    return isStillFailing ? Array.from({ length: DEGRADED_AFTER_ENDS }, () => nowMs) : [nowMs]
  }
}
