/** A clock that moves only when it is told to, with pauses that end when it has moved far enough. */
import type { Clock } from '../../server/core/clock.ts'

interface Pause {
  readonly dueMs: number
  readonly end: () => void
}

const START = new Date('2026-03-01T09:00:00Z')
/** More turns of the event loop than any chain of promises under test takes. */
const TURNS = 20

export class HandClock implements Clock {
  #ms = 0
  #pauses: Pause[] = []

  now(): Date {
    return new Date(START.getTime() + this.#ms)
  }

  monotonicMs(): number {
    return this.#ms
  }

  readonly wait = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const pause = { dueMs: this.#ms + ms, end: resolve }
      const leave = (): void => {
        this.#pauses = this.#pauses.filter((one) => one !== pause)
        reject(new Error('the pause was ended'))
      }
      if (signal.aborted) return leave()
      signal.addEventListener('abort', leave, { once: true })
      this.#pauses.push(pause)
    })

  /** Whatever can go on without time going by has gone on. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise(setImmediate)
  }

  /** Moves on, and ends each pause in its turn. */
  async advance(ms: number): Promise<void> {
    const until = this.#ms + ms
    for (;;) {
      await this.settle()
      const next = this.#pauses.toSorted((one, other) => one.dueMs - other.dueMs)[0]
      if (next === undefined || next.dueMs > until) break
      this.#ms = Math.max(this.#ms, next.dueMs)
      this.#pauses = this.#pauses.filter((one) => one !== next)
      next.end()
    }
    this.#ms = until
    await this.settle()
  }
}
