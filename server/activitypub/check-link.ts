/** Reads the page behind a link of a profile, to see whether it names the profile in turn. One hop, unsigned, bounded. */
import { describeError } from '../core/errors.ts'
import type { Home } from '../domain/owner/home.ts'
import { type FetchedMedia, type SafeFetch, fetchFailureOf, isTemporaryFailure } from '../net/fetch-types.ts'
import { namesSamePerson } from '../net/html-same-person.ts'
import { hostOf } from '../net/origin.ts'

/** As much of a page as is read. */
const PAGE_BYTES = 100_000
/** Rule 45. */
const TOTAL_MS = 30_000
const PAGE_TYPES: ReadonlySet<string> = new Set(['text/html', 'application/xhtml+xml'])

export interface LinkReader {
  readonly home: Pick<Home, 'isOwnHost' | 'isBlockedDomain'>
  readonly fetch: Pick<SafeFetch, 'fetchMedia'>
}

export type LinkReading =
  | { readonly outcome: 'proved' }
  | { readonly outcome: 'unproved'; readonly reason: string }
  /** Nothing can be said about the page now. */
  | { readonly outcome: 'unavailable'; readonly reason: string }

/** @param addresses  page and id of the profile: the page has to link to one of them */
export async function checkLink(
  { home, fetch }: LinkReader,
  url: string,
  addresses: readonly string[],
): Promise<LinkReading> {
  const isRefused = (address: string): boolean => {
    const host = hostOf(address) ?? ''
    return home.isOwnHost(host) || home.isBlockedDomain(host)
  }
  if (isRefused(url)) return { outcome: 'unproved', reason: 'it is of this home or blocked' }
  try {
    const answer = await fetch.fetchMedia(url, { accept: [...PAGE_TYPES].join(', '), totalMs: TOTAL_MS })
    const page = await readBeginning(answer)
    if (isRefused(answer.finalUrl)) return { outcome: 'unproved', reason: 'it leads to a blocked domain' }
    if (!PAGE_TYPES.has(answer.contentType)) return { outcome: 'unproved', reason: 'it is no page' }
    if (namesSamePerson(page, addresses)) return { outcome: 'proved' }
    return { outcome: 'unproved', reason: 'it does not link back with rel="me"' }
  } catch (error) {
    const failure = fetchFailureOf(error)
    if (failure === undefined) throw error
    const outcome = isTemporaryFailure(failure) ? 'unavailable' : 'unproved'
    return { outcome, reason: describeError(error) }
  }
}

/** Whatever follows is not asked for; of what is no page nothing is. */
async function readBeginning({ body, contentType }: FetchedMedia): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  if (PAGE_TYPES.has(contentType)) {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= PAGE_BYTES) break
    }
  }
  body.destroy()
  return Buffer.concat(chunks).toString('utf8', 0, Math.min(bytes, PAGE_BYTES))
}
