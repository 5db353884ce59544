/**
 * Cloudflare: up to a hundred addresses or tags in one call, and on its smallest plan five calls a minute.
 * @see developers.cloudflare.com/cache/how-to/purge-cache
 */
import type { Clock } from '../../../core/clock.ts'
import type { SafeFetch } from '../../../net/fetch-types.ts'
import { ALL_FORGOTTEN, type Forgotten, PURGE_MS, type Purger, notForgotten } from '../purger.ts'
import { orderJson } from './service-calls.ts'

export interface CloudflareParts {
  readonly fetch: Pick<SafeFetch, 'tellService'>
  readonly clock: Clock
  readonly token: string
  readonly zone: string
}

const PER_CALL = 100
/** Of the smallest plan; whoever has a larger one waits a little for no need. */
const CALLS_AT_ONCE = 5
const SECONDS_PER_CALL = 12
const API = 'https://api.cloudflare.com/client/v4'

export function createCloudflare({ fetch, clock, token, zone }: CloudflareParts): Purger {
  const pace = new Pace(clock)
  const url = `${API}/zones/${encodeURIComponent(zone)}/purge_cache`
  return {
    hasTags: true,
    // Its calls are counted, and what is on its way there is dropped with what it has.
    isToldTwice: false,
    async purge(urls, tags) {
      const startedMs = clock.monotonicMs()
      const batches: Forgotten[] = [
        ...chunks(tags).map((part) => ({ urls: [], tags: part })),
        ...chunks(urls).map((part) => ({ urls: part, tags: [] })),
      ]
      for (const [index, batch] of batches.entries()) {
        const left = (): Forgotten => rest(batches.slice(index))
        const waitSeconds = pace.take()
        if (waitSeconds > 0) return notForgotten(left(), null, waitSeconds)
        const totalMs = Math.max(1, PURGE_MS - (clock.monotonicMs() - startedMs))
        const body = batch.tags.length > 0 ? { tags: batch.tags } : { files: batch.urls }
        const outcome = await orderJson(fetch, { url, authorization: `Bearer ${token}`, body, totalMs })
        if (outcome.isDone) continue
        const { problem = 'Cloudflare refused', retryAfterSeconds = null } = outcome
        return notForgotten(left(), `Cloudflare: ${problem}`, retryAfterSeconds)
      }
      return ALL_FORGOTTEN
    },
  }
}

/** Counts calls as Cloudflare does: a bucket that fills slowly. */
class Pace {
  readonly #clock: Clock
  #calls = CALLS_AT_ONCE
  #countedMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#countedMs = clock.monotonicMs()
  }

  /** @returns 0, and a call is counted; or the seconds until there may be one */
  take(): number {
    const nowMs = this.#clock.monotonicMs()
    const gained = (nowMs - this.#countedMs) / (SECONDS_PER_CALL * 1000)
    this.#calls = Math.min(CALLS_AT_ONCE, this.#calls + gained)
    this.#countedMs = nowMs
    if (this.#calls < 1) return (1 - this.#calls) * SECONDS_PER_CALL
    this.#calls -= 1
    return 0
  }
}

function chunks(items: readonly string[]): string[][] {
  const parts: string[][] = []
  for (let start = 0; start < items.length; start += PER_CALL)
    parts.push(items.slice(start, start + PER_CALL))
  return parts
}

function rest(batches: readonly Forgotten[]): Forgotten {
  return { urls: batches.flatMap(({ urls }) => urls), tags: batches.flatMap(({ tags }) => tags) }
}
