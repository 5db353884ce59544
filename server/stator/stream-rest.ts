/**
 * While rows come in a stream, a graph that is handled in batches lets them gather: a batch of many rows costs little more
 * than one of few, and whoever brings the rows has the processor meanwhile. It is a matter of moments: once nothing more
 * comes, or the rows are more than can be kept up with, they are handled as fast as they can be. What comes alone never
 * waits. All times are monotonic milliseconds.
 */

/** A claim of fewer rows is no stream. */
const LEAST_ROWS = 16
/** Claims of a stream are at least so far apart. */
const SPACING_MS = 250
/** When nothing was announced for so long the stream is over. */
const PAUSE_MS = 40
/** Whoever falls behind rests no longer than this: so long at most a row waits for others. */
const LONGEST_MS = 800

export class StreamRest {
  #announcedAtMs = Number.NEGATIVE_INFINITY
  #claimedAtMs = Number.NEGATIVE_INFINITY
  /** Since when there is a stream with more than was claimed; null where there is none. */
  #sinceMs: number | null = null

  announced(nowMs: number): void {
    this.#announcedAtMs = nowMs
  }

  /** @param isAll  there was no more than that */
  claimed(nowMs: number, rows: number, isAll: boolean): void {
    this.#claimedAtMs = nowMs
    if (rows < LEAST_ROWS) this.#sinceMs = null
    else if (isAll || this.#sinceMs === null) this.#sinceMs = nowMs
  }

  /** Until when no claim is to be made; in the past where one may be. */
  get untilMs(): number {
    if (this.#sinceMs === null) return Number.NEGATIVE_INFINITY
    return Math.min(
      this.#claimedAtMs + SPACING_MS,
      this.#announcedAtMs + PAUSE_MS,
      this.#sinceMs + LONGEST_MS,
    )
  }
}
