/**
 * Servers that failed lately share a part of the deliveries at once, so that those that take seconds to say nothing
 * never hold what the others need. What finds the part taken comes back when its turn is, and that is no attempt:
 * however many dead servers there are, they stand in a line of their own. Pure but for the clock it is given.
 * @see security rule 105
 */
import type { Clock } from '../../core/clock.ts'
import type { Admission } from './offline-guard.ts'

/** Of all deliveries at once. */
const PART = 4
const LEAST_WAIT_MS = 1_000
/** Whoever failed by chance is not behind thousands of dead ones for longer. */
const MOST_WAIT_MS = 300_000
/** Until one has been seen: as long as a server may be silent by default. */
const FIRST_GUESS_MS = 5_000
/** Newer durations count this much in the average. */
const AVERAGE_WEIGHT = 0.2

export class TroubledShare {
  readonly #clock: Clock
  #going = 0
  #averageMs = FIRST_GUESS_MS
  /** Monotonic milliseconds at which whoever comes next has its turn. */
  #turnAtMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Asks for leave to try a server that failed lately; `leave` is called when the try is over.
   * @param mostCalls  deliveries to all servers at once
   */
  enter(mostCalls: number): Admission {
    const most = Math.max(1, Math.floor(mostCalls / PART))
    const nowMs = this.#clock.monotonicMs()
    if (this.#going >= most) {
      const turnAtMs = Math.max(nowMs + LEAST_WAIT_MS, this.#turnAtMs + this.#averageMs / most)
      this.#turnAtMs = Math.min(turnAtMs, nowMs + MOST_WAIT_MS)
      return { kind: 'wait', afterSeconds: (this.#turnAtMs - nowMs) / 1000 }
    }
    this.#going += 1
    let hasLeft = false
    const leave = (): void => {
      if (hasLeft) return
      hasLeft = true
      this.#going -= 1
      this.#averageMs += AVERAGE_WEIGHT * (this.#clock.monotonicMs() - nowMs - this.#averageMs)
    }
    return { kind: 'go', leave }
  }
}
