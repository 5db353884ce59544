/** Whether a disk has room for what may be thrown away. @see security rule 115 */
import { statfs } from 'node:fs/promises'
import type { Clock } from '../../core/clock.ts'

const LOOK_EVERY_MS = 1_000

export class FreeSpace {
  readonly #folder: string
  readonly #leastFreeBytes: number
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #isEnough = true
  #untilMs = Number.NEGATIVE_INFINITY

  constructor(folder: string, leastFreeBytes: number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#folder = folder
    this.#leastFreeBytes = leastFreeBytes
    this.#clock = clock
  }

  /** As it was at most a second ago. @throws what looking throws, such as for a missing folder */
  async isEnough(): Promise<boolean> {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs < this.#untilMs) return this.#isEnough
    const { bavail, bsize } = await statfs(this.#folder)
    this.#untilMs = nowMs + LOOK_EVERY_MS
    this.#isEnough = bavail * bsize >= this.#leastFreeBytes
    return this.#isEnough
  }

  /** A write has found no room, whatever the numbers say; it is tried again after a second. */
  ranOut(): void {
    this.#isEnough = false
    this.#untilMs = this.#clock.monotonicMs() + LOOK_EVERY_MS
  }
}
