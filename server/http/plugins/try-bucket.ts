/** So many tries in a while, which come back bit by bit. */
import type { Clock } from '../../core/clock.ts'

interface BucketSize {
  readonly tries: number
  /** In which all of them come back. */
  readonly windowMs: number
}

export class TryBucket {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #size: BucketSize
  #left: number
  #readAtMs: number

  constructor(clock: Pick<Clock, 'monotonicMs'>, size: BucketSize) {
    this.#clock = clock
    this.#size = size
    this.#left = size.tries
    this.#readAtMs = clock.monotonicMs()
  }

  /** Takes a try. @returns 0, or in how many seconds there will be one */
  take(): number {
    const { tries, windowMs } = this.#size
    const nowMs = this.#clock.monotonicMs()
    this.#left = Math.min(tries, this.#left + ((nowMs - this.#readAtMs) * tries) / windowMs)
    this.#readAtMs = nowMs
    if (this.#left < 1) return Math.ceil(((1 - this.#left) * windowMs) / tries / 1_000)
    this.#left -= 1
    return 0
  }

  giveBack(): void {
    this.#left = Math.min(this.#size.tries, this.#left + 1)
  }
}

/** Ten passwords in five minutes. @see security rule 76 */
export const PASSWORD_TRIES: BucketSize = { tries: 10, windowMs: 300_000 }
/** Ten wrong codes in a day, beside the right password: of a million codes three are good at a time. */
export const CODE_TRIES: BucketSize = { tries: 10, windowMs: 86_400_000 }
