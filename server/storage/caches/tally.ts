/** Counts what a cache did in this process. */

export interface Counts {
  readonly hits: number
  readonly misses: number
  readonly evictions: number
  readonly bytesSaved: number
}

export const NO_COUNTS: Counts = { hits: 0, misses: 0, evictions: 0, bytesSaved: 0 }

export class Tally {
  #counts = { ...NO_COUNTS }

  hit(): void {
    this.#counts.hits += 1
  }

  miss(): void {
    this.#counts.misses += 1
  }

  evicted(items = 1): void {
    this.#counts.evictions += items
  }

  saved(bytes: number): void {
    this.#counts.bytesSaved += bytes
  }

  counts(): Counts {
    return { ...this.#counts }
  }
}
