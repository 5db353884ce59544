/**
 * Which tags of answers have changed lately, as the database tells it to all processes in the same order. Each change has
 * a word of its own, so that processes which share a cache can see whether an answer was made before or after it.
 */
import type { Clock } from '../../core/clock.ts'

/** Longer than any answer is kept anywhere: older changes need not be known. */
const REMEMBERED_MS = 180_000
const MOST_REMEMBERED = 20_000

interface Change {
  readonly word: string
  readonly moment: number
  readonly atMs: number
}

export class ToldChanges {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #changes = new Map<string, Change>()
  #moment = 0
  #forgotten = 0

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** Grows with every change; what is made is made as of one. */
  get moment(): number {
    return this.#moment
  }

  tick(): number {
    this.#moment += 1
    return this.#moment
  }

  /** @returns false where there were too many at once to remember: then nothing that is shared can be judged */
  note(word: string, tags: readonly string[]): boolean {
    const moment = this.tick()
    const atMs = this.#clock.monotonicMs()
    for (const tag of tags) {
      this.#changes.delete(tag)
      this.#changes.set(tag, { word, moment, atMs })
    }
    if (this.#changes.size <= MOST_REMEMBERED) return true
    this.#dropOld(atMs)
    return this.#changes.size <= MOST_REMEMBERED
  }

  /** Everything may have changed: what was made until now is not judged any more. */
  forget(): void {
    this.#changes.clear()
    this.#forgotten = this.tick()
  }

  /** Whether what was made as of a moment may show one of these tags as it was before. */
  isOutdated(moment: number, tags: readonly string[]): boolean {
    return moment < this.#forgotten || tags.some((tag) => (this.#changes.get(tag)?.moment ?? 0) > moment)
  }

  /** The last word about each tag, as one text; the same in every process that has heard the same. */
  wordsOf(tags: readonly string[]): string {
    return tags.map((tag) => this.#changes.get(tag)?.word ?? '').join(' ')
  }

  /** In the order in which they were told. */
  #dropOld(nowMs: number): void {
    for (const [tag, { atMs }] of this.#changes) {
      if (nowMs - atMs < REMEMBERED_MS) return
      this.#changes.delete(tag)
    }
  }
}
