/**
 * Servers that failed lately share a part of the deliveries at once, so that those that take seconds to say nothing
 * never hold what the others need. Each of them is asked by one delivery at a time. One that finds the part taken comes
 * back after a while, with all that waits for it, and that is no attempt. Those that may well be back have a line of their
 * own, and of two places or more no line takes the last: however many dead servers there are, whoever failed by chance is
 * not behind them. Pure but for the clock it is given.
 * @see security rule 105
 */
import { boundedMap } from '../../core/bounded-map.ts'
import type { Clock } from '../../core/clock.ts'

/** Of all deliveries at once. */
const PART = 4
const LEAST_WAIT_MS = 1_000
/** Where a line is longer than this, whoever comes back may have to wait again. */
const MOST_WAIT_MS = 300_000
/** Until one has been seen: as long as a server may be silent by default. */
const FIRST_GUESS_MS = 5_000
/** Newer durations count this much in the average. */
const AVERAGE_WEIGHT = 0.2
const MOST_HOSTS = 10_000
/** Whoever has taken a turn may be back so much before it. */
const EARLY_MS = 250

/** `passing` for a server that may well be back: it answered before, and has not failed for long. */
export type Trouble = 'passing' | 'lasting'

export type ShareAdmission =
  | {
      readonly kind: 'go'
      /** The try took so long. What did not come to one is not told of. */
      readonly took: (ms: number) => void
      readonly leave: () => void
    }
  /** The host's turn comes then, and belongs to the delivery that has taken it: this one, or another. */
  | { readonly kind: 'wait'; readonly afterSeconds: number; readonly isTaker: boolean }
  /** Another delivery is asking this host at this moment; about then it will be known what comes of that. */
  | { readonly kind: 'beside'; readonly afterSeconds: number }

export interface Troubled {
  readonly host: string
  readonly trouble: Trouble
  /** Deliveries to all servers at once. */
  readonly mostCalls: number
}

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
  readonly #asked = new Set<string>()
  /** Monotonic milliseconds. */
  readonly #turns = boundedMap<string, number>({ max: MOST_HOSTS })

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Asks for leave to try a server that failed lately; `leave` is called when the try is over. */
  enter({ host, trouble, mostCalls }: Troubled): ShareAdmission {
    const line = this.#lines[trouble]
    if (this.#asked.has(host))
      return { kind: 'beside', afterSeconds: Math.max(LEAST_WAIT_MS, line.averageMs) / 1000 }
    const most = Math.max(1, Math.floor(mostCalls / PART))
    const mostOfLine = Math.max(1, most - 1)
    const { passing, lasting } = this.#lines
    if (line.going >= mostOfLine || passing.going + lasting.going >= most) {
      return this.#wait(host, line, mostOfLine)
    }
    line.going += 1
    this.#asked.add(host)
    let hasLeft = false
    const leave = (): void => {
      if (hasLeft) return
      hasLeft = true
      line.going -= 1
      this.#asked.delete(host)
    }
    const took = (ms: number): void => {
      line.averageMs += AVERAGE_WEIGHT * (ms - line.averageMs)
    }
    return { kind: 'go', took, leave }
  }

  /** A host has one place in its line, however many deliveries ask for one. */
  #wait(host: string, line: Line, mostOfLine: number): ShareAdmission {
    const nowMs = this.#clock.monotonicMs()
    const known = this.#turns.get(host) ?? Number.NEGATIVE_INFINITY
    const isTaker = known - nowMs <= EARLY_MS
    if (isTaker) {
      const turnAtMs = Math.max(nowMs + LEAST_WAIT_MS, line.turnAtMs + line.averageMs / mostOfLine)
      line.turnAtMs = Math.min(turnAtMs, nowMs + MOST_WAIT_MS)
      this.#turns.set(host, line.turnAtMs)
    }
    return { kind: 'wait', afterSeconds: ((isTaker ? line.turnAtMs : known) - nowMs) / 1000, isTaker }
  }
}
