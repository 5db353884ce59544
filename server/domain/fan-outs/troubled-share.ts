/**
 * Servers that failed lately share a part of the deliveries at once, so that those that take seconds to say nothing
 * never hold what the others need. What finds the part taken comes back after a while, and that is no attempt. Those
 * that may well be back have a line of their own, and of two places or more no line takes the last: however many dead
 * servers there are, whoever failed by chance is not behind them. Pure but for the clock it is given.
 * @see security rule 105
 */
import type { Clock } from '../../core/clock.ts'
import type { Admission } from './offline-guard.ts'

/** Of all deliveries at once. */
const PART = 4
const LEAST_WAIT_MS = 1_000
/** Where a line is longer than this, whoever comes back may have to wait again. */
const MOST_WAIT_MS = 300_000
/** Until one has been seen: as long as a server may be silent by default. */
const FIRST_GUESS_MS = 5_000
/** Newer durations count this much in the average. */
const AVERAGE_WEIGHT = 0.2

/** `passing` for a server that may well be back: it answered before, and has not failed for long. */
export type Trouble = 'passing' | 'lasting'

interface Line {
  going: number
  averageMs: number
  /** Monotonic milliseconds at which whoever comes next should come back. */
  turnAtMs: number
}

const newLine = (): Line => ({
  going: 0,
  averageMs: FIRST_GUESS_MS,
  turnAtMs: Number.NEGATIVE_INFINITY,
})

export class TroubledShare {
  readonly #clock: Clock
  readonly #lines: Readonly<Record<Trouble, Line>> = { passing: newLine(), lasting: newLine() }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Asks for leave to try a server that failed lately; `leave` is called when the try is over.
   * @param mostCalls  deliveries to all servers at once
   */
  enter(mostCalls: number, trouble: Trouble): Admission {
    const most = Math.max(1, Math.floor(mostCalls / PART))
    const mostOfLine = Math.max(1, most - 1)
    const nowMs = this.#clock.monotonicMs()
    const { passing, lasting } = this.#lines
    const line = this.#lines[trouble]
    if (line.going >= mostOfLine || passing.going + lasting.going >= most) {
      const turnAtMs = Math.max(nowMs + LEAST_WAIT_MS, line.turnAtMs + line.averageMs / mostOfLine)
      line.turnAtMs = Math.min(turnAtMs, nowMs + MOST_WAIT_MS)
      return { kind: 'wait', afterSeconds: (line.turnAtMs - nowMs) / 1000 }
    }
    line.going += 1
    let hasLeft = false
    const leave = (): void => {
      if (hasLeft) return
      hasLeft = true
      line.going -= 1
      line.averageMs += AVERAGE_WEIGHT * (this.#clock.monotonicMs() - nowMs - line.averageMs)
    }
    return { kind: 'go', leave }
  }
}
