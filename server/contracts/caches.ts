/** What is said of the caches: by `homebird cache stats`, `homebird status` and the private API. */

export const CACHE_NAMES = ['default', 'media', 'avatars'] as const
export type CacheName = (typeof CACHE_NAMES)[number]

export type CacheScheme = 'file' | 'redis' | 'rediss' | 'memcached' | 'locmem' | 'off'

export interface CacheStats {
  readonly scheme: CacheScheme
  /** False while the store does not answer or has no room: everything is a miss then. */
  readonly isUp: boolean
  /** Null where the store does not say. */
  readonly bytes: number | null
  readonly items: number | null
  readonly maxBytes: number | null
  /** All counts: over all processes of this data directory, since then; null for this process since it began. */
  readonly since: string | null
  /** How often something was asked for and there. */
  readonly hits: number
  readonly misses: number
  /** Items that went because there was no room; null where the store sees to it itself. */
  readonly evictions: number | null
  /** Bytes that were read from the cache instead of being made or fetched. */
  readonly bytesSaved: number
}

export interface NamedCacheStats extends CacheStats {
  readonly name: CacheName
}

export interface CacheReport {
  readonly caches: readonly NamedCacheStats[]
}

/** To one process of the home, about the caches as that home has them set. */
export type CacheQuestion = 'caches' | `clear_${CacheName}`

/** What is left after a cache was emptied. */
export interface EmptiedCache extends Pick<CacheStats, 'scheme' | 'isUp'> {
  readonly name: CacheName
  /** Null where the store does not say. In memory: of the one process that was asked; the others empty theirs as well. */
  readonly items: number | null
}

export interface CacheCleared {
  readonly name: CacheName
  /** How many items went; null where the store does not say. */
  readonly items: number | null
}
