/**
 * Bunny: one call for each tag and for each address.
 * @see docs.bunny.net: Purge URL, Purge Cache
 */
import type { Clock } from '../../../core/clock.ts'
import type { SafeFetch } from '../../../net/fetch-types.ts'
import { PURGE_MS, type Purger } from '../purger.ts'
import { tellEach } from './many-calls.ts'
import { orderJson } from './service-calls.ts'

export interface ServiceParts {
  readonly fetch: Pick<SafeFetch, 'tellService'>
  readonly clock: Clock
  readonly token: string
  readonly zone: string
}

const API = 'https://api.bunny.net'

export function createBunny({ fetch, clock, token, zone }: ServiceParts): Purger {
  const headers = { accesskey: token }
  return {
    hasTags: true,
    isToldTwice: true,
    async purge(urls, tags) {
      const startedMs = clock.monotonicMs()
      return tellEach(urls, tags, AbortSignal.timeout(PURGE_MS), async (item) => {
        const totalMs = Math.max(1, PURGE_MS - (clock.monotonicMs() - startedMs))
        if ('tag' in item) {
          const url = `${API}/pullzone/${encodeURIComponent(zone)}/purgeCache`
          return orderJson(fetch, { url, headers, body: { CacheTag: item.tag }, totalMs })
        }
        // An address that ends in a slash would take everything below it along, the home page the whole home.
        const query = `url=${encodeURIComponent(item.url)}&async=false&exactPath=true`
        return orderJson(fetch, { url: `${API}/purge?${query}`, headers, totalMs })
      })
    },
  }
}
