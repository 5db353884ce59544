/**
 * Caches that the owner runs: Varnish, which forgets what a PURGE names; nginx, which replaces what it keeps when it is
 * asked with a secret; and anything else that takes one HTTP request for each address.
 */
import type { EdgeAnswer, EdgeCalls } from '../../../net/edge-calls.ts'
import { parseRetryAfter } from '../../../net/retry-after.ts'
import { PURGE_MS, type PurgeResult, type Purger } from '../purger.ts'
import { type CallOutcome, type Item, tellEach } from './many-calls.ts'

interface OwnEdgeParts {
  readonly calls: Pick<EdgeCalls, 'call'>
  /** Where the cache listens. */
  readonly at: string
  /** Empty where it asks for none. */
  readonly secret: string
}

/** Carries the secret to a cache of the owner's own; the cache never hands it on. */
const SECRET_HEADER = 'x-homebird-purge'

export function createVarnish(parts: OwnEdgeParts & { readonly method: 'PURGE' | 'BAN' }): Purger {
  const { calls, at, secret, method } = parts
  const own = secret === '' ? {} : { [SECRET_HEADER]: secret }
  return purgerOf(true, async (item, signal) => {
    const url = 'url' in item ? new URL(item.url) : null
    const what = 'tag' in item ? { xkey: item.tag } : { host: url?.host ?? '' }
    const path = url === null ? '/' : `${url.pathname}${url.search}`
    const answer = await calls.call({ at, method, path, headers: { ...own, ...what }, signal })
    return outcomeOf(answer, 'varnish')
  })
}

/**
 * nginx has no way to forget that could be trusted (the purge module of Debian ends its worker), but it replaces what it
 * keeps with what the home answers now when a request bypasses the cache. What the home no longer shows is replaced by
 * the refusal, for a second.
 */
export function createNginx({ calls, at, secret }: OwnEdgeParts): Purger {
  return purgerOf(false, async (item, signal) => {
    if ('tag' in item) return { isDone: true }
    const url = new URL(item.url)
    const headers = { host: url.host, [SECRET_HEADER]: secret, accept: '*/*' }
    const path = `${url.pathname}${url.search}`
    const answer = await calls.call({ at, method: 'GET', path, headers, signal })
    // Whatever the home says of the address, the cache has it now; only where it could not be asked nothing is replaced.
    return answer.status >= 500 ? refusal(answer, 'nginx') : { isDone: true }
  })
}

export interface GenericParts {
  readonly calls: Pick<EdgeCalls, 'call'>
  /** With `{url}`, `{path}` or `{host}` in it. */
  readonly pattern: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
}

export function createGeneric({ calls, pattern, method, headers }: GenericParts): Purger {
  return purgerOf(false, async (item, signal) => {
    if ('tag' in item) return { isDone: true }
    const target = new URL(filledIn(pattern, new URL(item.url)))
    const answer = await calls.call({
      at: target.origin,
      method,
      path: `${target.pathname}${target.search}`,
      headers: { host: target.host, ...headers },
      signal,
    })
    return outcomeOf(answer, 'the CDN')
  })
}

/** The address is escaped where it stands in a query, so that its own query stays part of it. */
export function filledIn(pattern: string, url: URL): string {
  const query = pattern.indexOf('?')
  const fill = (text: string, spelled: (value: string) => string): string =>
    text.replaceAll(/\{(url|path|host)\}/g, (_, name: string) => {
      if (name === 'url') return spelled(url.href)
      return spelled(name === 'host' ? url.host : `${url.pathname}${url.search}`)
    })
  const before = query < 0 ? pattern : pattern.slice(0, query)
  const after = query < 0 ? '' : pattern.slice(query)
  // A path that begins with a slash follows one.
  return `${fill(before, (value) => value).replace(/(?<!:)\/\/+/g, '/')}${fill(after, encodeURIComponent)}`
}

function purgerOf(hasTags: boolean, tell: (item: Item, signal: AbortSignal) => Promise<CallOutcome>): Purger {
  return {
    hasTags,
    isToldTwice: true,
    async purge(urls, tags): Promise<PurgeResult> {
      const signal = AbortSignal.timeout(PURGE_MS)
      return tellEach(urls, tags, signal, async (item) => tell(item, signal))
    },
  }
}

/** 404 says that the cache has no such thing, which is all that is wanted. */
function outcomeOf(answer: EdgeAnswer, who: string): CallOutcome {
  const { status } = answer
  return (status >= 200 && status < 300) || status === 404 || status === 410
    ? { isDone: true }
    : refusal(answer, who)
}

function refusal({ status, headers }: EdgeAnswer, who: string): CallOutcome {
  const retryAfter = headers['retry-after']
  return {
    isDone: false,
    problem: `${who} answered ${status}`,
    retryAfterSeconds: typeof retryAfter === 'string' ? parseRetryAfter(retryAfter, new Date()) : null,
  }
}
