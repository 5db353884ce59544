/**
 * Fastly: up to 256 tags in one call, and one call for each address. What is purged is gone at once; its soft form would
 * show the old once more, since answers of the home may be shown stale while they are fetched anew.
 * @see www.fastly.com/documentation/reference/api/purging
 */
import { PURGE_MS, type Purger } from '../purger.ts'
import type { ServiceParts } from './bunny.ts'
import { tellEach } from './many-calls.ts'
import { orderJson } from './service-calls.ts'

const API = 'https://api.fastly.com'
const TAGS_PER_CALL = 256

export function createFastly({ fetch, clock, token, zone }: ServiceParts): Purger {
  const headers = { 'fastly-key': token }
  return {
    hasTags: true,
    isToldTwice: true,
    async purge(urls, tags) {
      const startedMs = clock.monotonicMs()
      // A call for many tags is one thing: done or left as a whole.
      const groups: string[] = []
      for (let start = 0; start < tags.length; start += TAGS_PER_CALL)
        groups.push(tags.slice(start, start + TAGS_PER_CALL).join(' '))
      const result = await tellEach(urls, groups, AbortSignal.timeout(PURGE_MS), async (item) => {
        const totalMs = Math.max(1, PURGE_MS - (clock.monotonicMs() - startedMs))
        if ('tag' in item) {
          const url = `${API}/service/${encodeURIComponent(zone)}/purge`
          return orderJson(fetch, { url, headers: { ...headers, 'surrogate-key': item.tag }, totalMs })
        }
        return orderJson(fetch, {
          url: `${API}/purge/${item.url.replace(/^https:\/\//, '')}`,
          headers,
          totalMs,
        })
      })
      const left = { ...result.left, tags: result.left.tags.flatMap((group) => group.split(' ')) }
      return { ...result, left }
    },
  }
}
