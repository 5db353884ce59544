/** Opens the three caches as the settings say. */
import { join } from 'node:path'
import { CACHE_NAMES, type CacheName, type NamedCacheStats } from '../../contracts/caches.ts'
import { cacheFolder, cacheUrls, checkCacheFolders } from '../../core/cache-folders.ts'
import type { CacheUrl } from '../../core/cache-url.ts'
import type { Clock } from '../../core/clock.ts'
import type { Config } from '../../core/config.ts'
import type { DataDir } from '../../core/data-dir.ts'
import type { Logger } from '../../core/log.ts'
import type { Cache } from './cache.ts'
import { openFileCache } from './file-cache.ts'
import type { Notice } from './health.ts'
import { IndexFile } from './index-file.ts'
import { type Gossip, openLocmemCache } from './locmem-cache.ts'
import { openMemcachedCache } from './memcached-cache.ts'
import { offCache } from './off-cache.ts'
import { openRedisCache } from './redis-cache.ts'

export type Caches = Readonly<Record<CacheName, Cache>>

const MEGABYTE = 1_048_576
const ANSWER_BYTES = 64 * MEGABYTE
/** Rule 115. */
const LEAST_FREE_BYTES = 1_024 * MEGABYTE

export interface CachesOptions {
  readonly config: Config
  readonly dir: DataDir
  readonly clock: Clock
  readonly log: Logger
  readonly notice: Notice
  /** Null where no other process is to hear what is forgotten in memory. */
  readonly gossip: Gossip | null
}

/** Nothing is connected or written before the first use. @throws HomebirdError SETTING_INVALID for folders in one another */
export function openCaches(options: CachesOptions): Caches & AsyncDisposable {
  const { config, dir } = options
  checkCacheFolders(config, dir)
  const urls = cacheUrls(config)
  const indexes = new IndexFiles(options)
  const open = (name: CacheName): Cache => openCache(name, urls[name], options, indexes)
  const caches: Caches = { default: open('default'), media: open('media'), avatars: open('avatars') }
  return {
    ...caches,
    async [Symbol.asyncDispose]() {
      for (const name of CACHE_NAMES) await caches[name][Symbol.asyncDispose]()
      indexes.close()
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

function openCache(name: CacheName, url: CacheUrl, options: CachesOptions, indexes: IndexFiles): Cache {
  const { config, dir, clock, log, notice, gossip } = options
  const shared = {
    name,
    clock,
    log,
    notice,
    counts: indexes.at(dir.cacheIndex),
    maxItemBytes: url.maxItemBytes ?? config.cacheMaxItemMb * MEGABYTE,
    ttlSeconds: url.ttlSeconds,
  }
  switch (url.scheme) {
    case 'locmem':
      return openLocmemCache({ ...shared, maxBytes: url.maxBytes ?? ANSWER_BYTES, gossip })
    case 'file': {
      const folder = cacheFolder(name, url, dir) ?? dir.mediaCache
      return openFileCache({
        ...shared,
        folder,
        // A folder elsewhere may be shared with other homes on this machine, and brings its own.
        index: indexes.at(url.folder === null ? dir.cacheIndex : join(folder, 'index.sqlite')),
        maxBytes: url.maxBytes ?? fileCap(name, config),
        leastFreeBytes: LEAST_FREE_BYTES,
      })
    }
    case 'redis':
    case 'rediss':
      return openRedisCache({ ...shared, url })
    case 'memcached':
      return openMemcachedCache({ ...shared, url })
    case 'off':
      return offCache
  }
}

const fileCap = (name: CacheName, { cachesMediaMaxMb, cachesAvatarsMaxMb }: Config): number =>
  name === 'default' ? ANSWER_BYTES : (name === 'media' ? cachesMediaMaxMb : cachesAvatarsMaxMb) * MEGABYTE

/** One opening of each file for all caches that use it. */
class IndexFiles {
  readonly #options: CachesOptions
  readonly #opened = new Map<string, IndexFile>()

  constructor(options: CachesOptions) {
    this.#options = options
  }

  at(path: string): IndexFile {
    const { log, clock } = this.#options
    const file =
      this.#opened.get(path) ?? new IndexFile({ path, log, monotonicMs: () => clock.monotonicMs() })
    this.#opened.set(path, file)
    return file
  }

  close(): void {
    for (const file of this.#opened.values()) file.close()
  }
}
