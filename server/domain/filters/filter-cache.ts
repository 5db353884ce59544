/**
 * Filters by identity, kept ready in the memory of each process until some process says that filters changed: pages of
 * posts cost no statement for them.
 */
import { boundedMap } from '../../core/bounded-map.ts'
import type { Listener } from '../../db/listen.ts'
import type { Database } from '../../db/pool.ts'
import { loadFilters } from './load-filters.ts'
import { NO_FILTERS, ViewerFilters } from './viewer-filters.ts'

const KEPT_IDENTITIES = 50
/** While the connection that listens is away, news are missed for so long at most. */
const KEPT_MS = 60_000

export class FilterCache {
  readonly #db: Database
  readonly #kept = boundedMap<string, ViewerFilters>({ max: KEPT_IDENTITIES, ttl: KEPT_MS })
  /** Grows with every change, so that an answer that was on its way is not kept. */
  #changes = 0

  constructor(db: Database, listener: Pick<Listener, 'subscribe'>) {
    this.#db = db
    listener.subscribe('changed', {
      onNotification: (what) => {
        if (what === 'filters') this.clear()
      },
      onConnected: () => this.clear(),
    })
  }

  /** @param viewerId  null for a stranger, who has none */
  async of(viewerId: string | null): Promise<ViewerFilters> {
    if (viewerId === null) return NO_FILTERS
    const kept = this.#kept.get(viewerId)
    if (kept !== undefined) return kept
    const changes = this.#changes
    const stored = await loadFilters(this.#db, viewerId)
    const filters = stored.length === 0 ? NO_FILTERS : new ViewerFilters(stored)
    if (changes === this.#changes) this.#kept.set(viewerId, filters)
    return filters
  }

  /** Also called by what changes filters, so that its own process never waits for the news. */
  clear(): void {
    this.#changes += 1
    this.#kept.clear()
  }
}

const caches = new WeakMap<object, FilterCache>()

/** One cache for all plugins of a process. */
export function filterCacheOf(context: {
  readonly db: Database
  readonly listener: Pick<Listener, 'subscribe'>
}): FilterCache {
  const kept = caches.get(context.listener)
  if (kept !== undefined) return kept
  const cache = new FilterCache(context.db, context.listener)
  caches.set(context.listener, cache)
  return cache
}
