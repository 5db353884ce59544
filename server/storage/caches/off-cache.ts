/** The cache that keeps nothing. */
import type { Cache } from './cache.ts'

export const offCache: Cache = {
  find: async () => null,
  keep: async () => false,
  forget: async () => undefined,
  clear: async () => 0,
  stats: async () => ({
    scheme: 'off',
    isUp: true,
    bytes: 0,
    items: 0,
    maxBytes: null,
    hits: 0,
    misses: 0,
    evictions: 0,
    bytesSaved: 0,
    since: null,
  }),
  [Symbol.asyncDispose]: async () => undefined,
}
