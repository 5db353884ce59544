/**
 * Who may try the owner's password now. Behind a tunnel every stranger has the same address, so addresses are not counted:
 * all browsers from which nobody has signed in before share ten tries in five minutes, and after those one in half a
 * minute. A browser from which the owner has signed in has ten of its own, which no stranger can use up. Wrong codes beside
 * the right password are counted for themselves.
 * @see security rule 76
 */
import { boundedMap } from '../../core/bounded-map.ts'
import type { Clock } from '../../core/clock.ts'
import { CODE_TRIES, PASSWORD_TRIES, TryBucket } from '../plugins/try-bucket.ts'

const MOST_DEVICES = 1_000

interface Buckets {
  readonly passwords: TryBucket
  readonly codes: TryBucket
}

export class SignInGate {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #strangers: Buckets
  readonly #devices = boundedMap<string, Buckets>({ max: MOST_DEVICES })

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
    this.#strangers = this.#fullBuckets()
  }

  /**
   * Takes a try.
   * @param device  a known browser; null for all others
   * @returns 0, or in how many seconds there will be one
   */
  take(device: string | null): number {
    return this.#bucketsOf(device).passwords.take()
  }

  /** It was the owner: the try costs nothing. */
  giveBack(device: string | null): void {
    this.#bucketsOf(device).passwords.giveBack()
  }

  /** Takes a code of the authenticator. @returns false when none may be tried now */
  takeCode(device: string | null): boolean {
    return this.#bucketsOf(device).codes.take() === 0
  }

  /** No code was wrong: none was tried for nothing. */
  giveCodeBack(device: string | null): void {
    this.#bucketsOf(device).codes.giveBack()
  }

  #bucketsOf(device: string | null): Buckets {
    if (device === null) return this.#strangers
    const buckets = this.#devices.get(device) ?? this.#fullBuckets()
    this.#devices.set(device, buckets)
    return buckets
  }

  #fullBuckets(): Buckets {
    return {
      passwords: new TryBucket(this.#clock, PASSWORD_TRIES),
      codes: new TryBucket(this.#clock, CODE_TRIES),
    }
  }
}
