/**
 * Who may try the owner's password now. Behind a tunnel every stranger has the same address, so addresses are not counted:
 * all browsers from which nobody has signed in before share ten tries in five minutes, and after those one in half a
 * minute. A browser from which the owner has signed in has ten of its own, which no stranger can use up.
 * @see security rule 76
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'

const TRIES = 10
const WINDOW_MS = 300_000
const MOST_DEVICES = 1_000

/** A bucket that fills again bit by bit. */
interface Bucket {
  left: number
  readAtMs: number
}

export class SignInGate {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #strangers: Bucket
  readonly #devices = new LRUCache<string, Bucket>({ max: MOST_DEVICES })

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
    this.#strangers = this.#fullBucket()
  }

  /**
   * Takes a try.
   * @param device  a known browser; null for all others
   * @returns 0, or in how many seconds there will be one
   */
  take(device: string | null): number {
    const bucket = this.#bucketOf(device)
    const nowMs = this.#clock.monotonicMs()
    bucket.left = Math.min(TRIES, bucket.left + ((nowMs - bucket.readAtMs) * TRIES) / WINDOW_MS)
    bucket.readAtMs = nowMs
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) * WINDOW_MS) / TRIES / 1_000)
    bucket.left -= 1
    return 0
  }

  /** It was the owner: the try costs nothing. */
  giveBack(device: string | null): void {
    const bucket = this.#bucketOf(device)
    bucket.left = Math.min(TRIES, bucket.left + 1)
  }

  #bucketOf(device: string | null): Bucket {
    if (device === null) return this.#strangers
    const bucket = this.#devices.get(device) ?? this.#fullBucket()
    this.#devices.set(device, bucket)
    return bucket
  }

  #fullBucket(): Bucket {
    return { left: TRIES, readAtMs: this.#clock.monotonicMs() }
  }
}
