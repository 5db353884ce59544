/** Caches in memory, for homes that a test builds in its own process. */
import { createLogger } from '../../server/core/log.ts'
import type { Clock } from '../../server/core/clock.ts'
import type { Caches } from '../../server/storage/caches/open-caches.ts'
import type { CacheName } from '../../server/contracts/caches.ts'
import { openLocmemCache } from '../../server/storage/caches/locmem-cache.ts'

const LIMITS = { maxBytes: 64 * 1_048_576, maxItemBytes: 40 * 1_048_576, ttlSeconds: 604_800 }

export function openTestCaches(clock: Clock): Caches {
  const log = createLogger('test', 'silent')
  const open = (name: CacheName) =>
    openLocmemCache({ ...LIMITS, name, clock, log, gossip: null, counts: null })
  return { default: open('default'), media: open('media'), avatars: open('avatars') }
}
