/** Reads the page behind a link: unsigned, no further than its head can reach, and its oEmbed document for names alone. */
import { describeError } from '../../core/errors.ts'
import {
  type FetchedMedia,
  type SafeFetch,
  fetchFailureOf,
  isTemporaryFailure,
} from '../../net/fetch-types.ts'
import { decodePage } from '../../net/html-charset.ts'
import { type OEmbedFacts, findPreview, parseOEmbed } from '../../net/html-preview.ts'
import { findRemoteUrl, sameOrigin } from '../../net/origin.ts'
import type { Home } from '../owner/home.ts'
import { type Preview, previewOfPage } from './preview.ts'

/** As much of a page as is read; whatever stands in its head comes before. */
const PAGE_BYTES = 262_144
const OEMBED_BYTES = 65_536
/** Rule 45 allows twice as much. */
const TOTAL_MS = 15_000
const PAGE_TYPES: ReadonlySet<string> = new Set(['text/html', 'application/xhtml+xml'])
const OEMBED_TYPES = ['application/json', 'application/json+oembed'] as const

export interface PreviewReader {
  readonly home: Pick<Home, 'isOwnHost' | 'isBlockedDomain'>
  readonly fetch: Pick<SafeFetch, 'fetchMedia' | 'fetchJson'>
}

export type PreviewReading =
  | { readonly outcome: 'read'; readonly preview: Preview }
  /** Asking again would not help. */
  | { readonly outcome: 'nothing'; readonly reason: string }
  | { readonly outcome: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number | null }

/** True for hosts that previews are asked of. */
export function isCardHost({ home }: Pick<PreviewReader, 'home'>, host: string): boolean {
  return !home.isOwnHost(host) && !home.isBlockedDomain(host)
}

export async function readPreview(reader: PreviewReader, url: string, now: Date): Promise<PreviewReading> {
  try {
    const answer = await reader.fetch.fetchMedia(url, {
      accept: [...PAGE_TYPES].join(', '),
      totalMs: TOTAL_MS,
    })
    const bytes = await readBeginning(answer)
    if (!PAGE_TYPES.has(answer.contentType)) return { outcome: 'nothing', reason: 'it is no page' }
    const page = findPreview(decodePage(bytes, answer.headers['content-type']))
    const { finalUrl } = answer
    const isNamed = page.metas.has('og:site_name') && page.metas.has('author')
    const oEmbed = page.oEmbed === '' || isNamed ? null : await readOEmbed(reader, page.oEmbed, finalUrl)
    const isEligible = (host: string): boolean => isCardHost(reader, host)
    const preview = previewOfPage(page, oEmbed, { url, finalUrl }, isEligible, now)
    if (preview === null) return { outcome: 'nothing', reason: 'the page has no title' }
    return { outcome: 'read', preview }
  } catch (error) {
    const failure = fetchFailureOf(error)
    if (failure === undefined) throw error
    const reason = describeError(error)
    // A pause of the owner says nothing about the page.
    if (!isTemporaryFailure(failure) && failure.reason !== 'paused') return { outcome: 'nothing', reason }
    return { outcome: 'unavailable', reason, retryAfterSeconds: failure.retryAfterSeconds }
  }
}

/** Whatever follows is not asked for; of what is no page nothing is. */
async function readBeginning({ body, contentType }: FetchedMedia): Promise<Buffer> {
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
  return Buffer.concat(chunks).subarray(0, PAGE_BYTES)
}

/** Only on the origin of the page, and a page is shown without it where it cannot be had. */
async function readOEmbed(
  { fetch }: PreviewReader,
  href: string,
  finalUrl: string,
): Promise<OEmbedFacts | null> {
  const url = findRemoteUrl(URL.parse(href.trim(), finalUrl)?.href)
  if (url === undefined || !sameOrigin(url.href, finalUrl)) return null
  try {
    const { body } = await fetch.fetchJson(url.href, {
      types: OEMBED_TYPES,
      maxBytes: OEMBED_BYTES,
      totalMs: TOTAL_MS,
    })
    return parseOEmbed(body.toString('utf8'))
  } catch (error) {
    if (fetchFailureOf(error) === undefined) throw error
    return null
  }
}
