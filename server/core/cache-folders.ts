/** Where the file caches lie, and that each has a folder of its own. */
import { relative, sep } from 'node:path'
import { CACHE_NAMES, type CacheName } from '../contracts/caches.ts'
import type { CacheUrl } from './cache-url.ts'
import type { Config } from './config.ts'
import type { DataDir } from './data-dir.ts'
import { HomebirdError } from './errors.ts'

export const cacheUrls = (config: Config): Readonly<Record<CacheName, CacheUrl>> => ({
  default: config.cachesDefault,
  media: config.cachesMedia,
  avatars: config.cachesAvatars,
})

/** Null for a cache that is not in a folder. */
export function cacheFolder(name: CacheName, url: CacheUrl, dir: DataDir): string | null {
  if (url.scheme !== 'file') return null
  const own = { default: dir.answerCache, media: dir.mediaCache, avatars: dir.avatarCache }
  return url.folder ?? own[name]
}

/**
 * One would sweep what belongs to the other.
 * @throws HomebirdError SETTING_INVALID naming both
 */
export function checkCacheFolders(config: Config, dir: DataDir): void {
  const urls = cacheUrls(config)
  const used = CACHE_NAMES.flatMap((name) => {
    const folder = cacheFolder(name, urls[name], dir)
    return folder === null ? [] : [{ variable: `HOMEBIRD_CACHES_${name.toUpperCase()}`, folder }]
  })
  for (const [index, one] of used.entries()) {
    for (const other of used.slice(index + 1)) {
      if (!isWithin(one.folder, other.folder) && !isWithin(other.folder, one.folder)) continue
      throw new HomebirdError(
        'SETTING_INVALID',
        `${one.variable} lies in ${one.folder} and ${other.variable} in ${other.folder}, but one folder must not hold the other; give each a folder of its own`,
      )
    }
  }
}

function isWithin(folder: string, inner: string): boolean {
  const path = relative(folder, inner)
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`) && !/^[a-z]:/iu.test(path))
}
