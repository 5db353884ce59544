/** What is wanted of an answer, decided at its head, and where a redirect or a page leads. */
import type { BodyPlan, PlanBody } from './exchange.ts'
import { fetchFailed, fetchRefused, fetchTooLarge } from './fetch-errors.ts'
import { FETCH_LIMITS, type FetchedDocument } from './fetch-types.ts'
import { findActivityAlternate } from './html-alternate.ts'
import { findRemoteUrl, type RemoteUrl } from './origin.ts'

/** Of a body that nobody wants, so that its connection can be used again. */
export const SAMPLE: BodyPlan = { kind: 'sample', maxBytes: FETCH_LIMITS.discardedBytes }

export function documentPlan(
  url: RemoteUrl,
  maxBytes: number,
  isWanted: (contentType: string | undefined) => boolean,
): PlanBody {
  return ({ status, headers }) => {
    if (status !== 200) return SAMPLE
    const type = headers['content-type']
    if (isWanted(type)) return { kind: 'collect', maxBytes }
    throw fetchFailed(url.href, 'type', `it has the type ${JSON.stringify((type ?? '').slice(0, 100))}`)
  }
}

export function mediaPlan(url: RemoteUrl, maxBytes: number): PlanBody {
  return ({ status, headers }) => {
    if (status !== 200) return SAMPLE
    if (Number(headers['content-length'] ?? 0) > maxBytes)
      throw fetchTooLarge(url.href, 'the answer', maxBytes)
    return { kind: 'stream', minBytesPerSecond: FETCH_LIMITS.mediaMinBytesPerSecond }
  }
}

export function redirectTarget(from: RemoteUrl, location: string | undefined): RemoteUrl {
  const target = location === undefined ? null : URL.parse(location, from.href)
  const found = target === null ? undefined : findRemoteUrl(target.href)
  if (found !== undefined) return found
  throw fetchRefused(
    from.href,
    'redirect',
    `it redirects to ${JSON.stringify((location ?? '').slice(0, 200))}`,
  )
}

/** The same-origin alternate of an HTML page. */
export function alternateOf({ finalUrl, body }: FetchedDocument): RemoteUrl {
  const href = findActivityAlternate(body.toString('utf8'))
  const target = href === undefined ? null : URL.parse(href, finalUrl)
  const found = target === null ? undefined : findRemoteUrl(target.href)
  if (found !== undefined && found.origin === findRemoteUrl(finalUrl)?.origin) return found
  throw fetchFailed(finalUrl, 'type', 'it is a page without an ActivityPub alternate on its own origin')
}
