/** At most so many per host in a window of time; what is remembered of hosts is bounded (rule 47). */
import { boundedMap } from '../core/bounded-map.ts'
import type { Clock } from '../core/clock.ts'

const MAX_HOSTS = 10_000

export interface BudgetLimit {
  readonly most: number
  readonly windowMs: number
}

export class HostBudget {
  readonly #clock: Clock
  readonly #limit: BudgetLimit
  readonly #hosts = boundedMap<string, { startedAt: number; used: number }>({ max: MAX_HOSTS })

  constructor(clock: Clock, limit: BudgetLimit) {
    this.#clock = clock
    this.#limit = limit
  }

  /** Takes one. @returns 0, or in how many milliseconds there is one again */
  take(host: string): number {
    const now = this.#clock.monotonicMs()
    const { most, windowMs } = this.#limit
    const window = this.#hosts.get(host)
    if (window === undefined || now - window.startedAt >= windowMs) {
      this.#hosts.set(host, { startedAt: now, used: 1 })
      return 0
    }
    if (window.used >= most) return Math.max(1, window.startedAt + windowMs - now)
    window.used += 1
    return 0
  }
}
