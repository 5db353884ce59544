/** Maps that keep the most recently used, up to a number, and cost only what they hold. */
import { LRUCache } from 'lru-cache'

interface Bounds {
  readonly max: number
  /** Milliseconds after which an entry is as good as gone. */
  readonly ttl?: number
}

/**
 * `lru-cache` given `max` sets room aside for all entries at once, whether they come or not: measured over a home,
 * a dozen megabytes in a server that has answered nobody. Given a size of one for each entry it grows as it fills.
 */
export function boundedMap<K extends {}, V extends {}>({ max, ttl }: Bounds): LRUCache<K, V> {
  return new LRUCache<K, V>({ maxSize: max, sizeCalculation: () => 1, ...(ttl === undefined ? {} : { ttl }) })
}
