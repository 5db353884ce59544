/** What one trigger may cause to be fetched: so many documents, pages and listed items, so long, nothing twice (rule 32). */
import type { Clock } from '../core/clock.ts'

export interface BudgetLimits {
  readonly documents?: number
  readonly ancestors?: number
  readonly pages?: number
  readonly items?: number
  readonly totalMs?: number
}

const DOCUMENTS = 50
const ANCESTORS = 20
const PAGES = 10
const ITEMS = 200
const TOTAL_MS = 60_000

export class FetchBudget {
  readonly ancestors: number
  readonly #clock: Clock
  readonly #endsAt: number
  readonly #visited = new Set<string>()
  readonly #limits: Required<BudgetLimits>
  #pages = 0
  #items = 0

  constructor(clock: Clock, limits: BudgetLimits = {}) {
    this.#clock = clock
    this.#limits = {
      documents: limits.documents ?? DOCUMENTS,
      ancestors: limits.ancestors ?? ANCESTORS,
      pages: limits.pages ?? PAGES,
      items: limits.items ?? ITEMS,
      totalMs: limits.totalMs ?? TOTAL_MS,
    }
    this.ancestors = this.#limits.ancestors
    this.#endsAt = clock.monotonicMs() + this.#limits.totalMs
  }

  get leftMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.monotonicMs())
  }

  /** No document and no time is left. */
  get isSpent(): boolean {
    return this.#visited.size >= this.#limits.documents || this.leftMs <= 0
  }

  get documentsTaken(): number {
    return this.#visited.size
  }

  get pagesLeft(): number {
    return this.#limits.pages - this.#pages
  }

  get itemsLeft(): number {
    return this.#limits.items - this.#items
  }

  hasTaken(uri: string): boolean {
    return this.#visited.has(uri)
  }

  /** Takes one document; false when there is none left, no time left, or this one was taken before. */
  take(uri: string): boolean {
    if (this.isSpent || this.#visited.has(uri)) return false
    this.#visited.add(uri)
    return true
  }

  /** Counts a page of a collection, which was taken as a document. */
  takePage(): void {
    this.#pages += 1
  }

  /** Takes items that were listed, which the caller has cut to what is left. */
  takeItems(count: number): void {
    this.#items += count
  }
}
