/** Opens the three caches as the settings say. */
import { CACHE_NAMES, type CacheName, type NamedCacheStats } from '../../contracts/caches.ts'
import type { CacheUrl } from '../../core/cache-url.ts'
import type { Clock } from '../../core/clock.ts'
import type { Config } from '../../core/config.ts'
import type { Logger } from '../../core/log.ts'
import type { Cache } from './cache.ts'
import { type Gossip, openLocmemCache } from './locmem-cache.ts'
import { offCache } from './off-cache.ts'

export type Caches = Readonly<Record<CacheName, Cache>>

const MEGABYTE = 1_048_576
const LOCMEM_BYTES = 64 * MEGABYTE

export interface CachesOptions {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  /** Null where no other process is to hear what is forgotten in memory. */
  readonly gossip: Gossip | null
}

/** Nothing is connected or written before the first use. */
export function openCaches(options: CachesOptions): Caches & AsyncDisposable {
  const { cachesDefault, cachesMedia, cachesAvatars } = options.config
  const caches: Caches = {
    default: openCache('default', cachesDefault, options),
    media: openCache('media', cachesMedia, options),
    avatars: openCache('avatars', cachesAvatars, options),
  }
  return {
    ...caches,
    async [Symbol.asyncDispose]() {
      for (const name of CACHE_NAMES) await caches[name][Symbol.asyncDispose]()
    },
  }
}

/** Of all three, in the order of their names. */
export async function statsOf(caches: Caches): Promise<NamedCacheStats[]> {
  return Promise.all(CACHE_NAMES.map((name) => namedStats(name, caches[name])))
}

async function namedStats(name: CacheName, cache: Cache): Promise<NamedCacheStats> {
  const stats = await cache.stats()
  return { name, ...stats }
}

function openCache(name: CacheName, url: CacheUrl, { config, clock, log, gossip }: CachesOptions): Cache {
  const limits = {
    name,
    clock,
    log,
    maxItemBytes: url.maxItemBytes ?? config.cacheMaxItemMb * MEGABYTE,
    ttlSeconds: url.ttlSeconds,
  }
  switch (url.scheme) {
    case 'locmem':
      return openLocmemCache({ ...limits, maxBytes: url.maxBytes ?? LOCMEM_BYTES, gossip })
    case 'off':
    case 'file':
    case 'redis':
    case 'rediss':
    case 'memcached':
      return offCache
  }
}
