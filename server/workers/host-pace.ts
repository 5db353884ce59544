/** As `HostBudget`, for rows that come back: whoever has no turn yet is told its own, so that none comes back in vain. */
import { boundedMap } from '../core/bounded-map.ts'
import { type BudgetLimit, HostBudget } from '../activitypub/host-budget.ts'
import type { Clock } from '../core/clock.ts'

const MOST_HOSTS = 10_000

export class HostPace {
  readonly #clock: Clock
  readonly #stepMs: number
  readonly #budget: HostBudget
  /** When the last turn that was given out comes. */
  readonly #lastTurnMs = boundedMap<string, number>({ max: MOST_HOSTS })

  constructor(clock: Clock, limit: BudgetLimit) {
    this.#clock = clock
    this.#stepMs = limit.windowMs / limit.most
    this.#budget = new HostBudget(clock, limit)
  }

  /** Takes one. @returns 0, or in how many milliseconds it is this one's turn */
  take(host: string): number {
    const waitMs = this.#budget.take(host)
    if (waitMs === 0) return 0
    const now = this.#clock.monotonicMs()
    const turnMs = Math.max(now + waitMs, (this.#lastTurnMs.get(host) ?? 0) + this.#stepMs)
    this.#lastTurnMs.set(host, turnMs)
    return turnMs - now
  }
}
