/** What one trigger may cause to be fetched: so many documents, so long, nothing twice (rule 32). */
import type { Clock } from '../core/clock.ts'

export interface BudgetLimits {
  readonly documents?: number
  readonly ancestors?: number
  readonly totalMs?: number
}

const DOCUMENTS = 50
const ANCESTORS = 20
const TOTAL_MS = 60_000

export class FetchBudget {
  readonly ancestors: number
  readonly #clock: Clock
  readonly #endsAt: number
  readonly #visited = new Set<string>()
  #documents: number

  constructor(clock: Clock, limits: BudgetLimits = {}) {
    this.#clock = clock
    this.#documents = limits.documents ?? DOCUMENTS
    this.ancestors = limits.ancestors ?? ANCESTORS
    this.#endsAt = clock.monotonicMs() + (limits.totalMs ?? TOTAL_MS)
  }

  get leftMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.monotonicMs())
  }

  /** Nothing more can be taken. */
  get isSpent(): boolean {
    return this.#documents <= 0 || this.leftMs <= 0
  }

  /** Takes one document; false when there is none left, no time left, or this one was taken before. */
  take(uri: string): boolean {
    if (this.isSpent || this.#visited.has(uri)) return false
    this.#visited.add(uri)
    this.#documents -= 1
    return true
  }
}
