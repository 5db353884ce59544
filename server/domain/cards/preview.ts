/** What a page says of itself, as it is kept: plain text within limits, and addresses that may be asked. */
import type { OEmbedFacts, PageFacts, PageImage } from '../../net/html-preview.ts'
import { findRemoteUrl, sameOrigin } from '../../net/origin.ts'
import { cleanLine, stripBidiControls } from '../text/clean-text.ts'
import { normalizeLanguage } from '../text/language.ts'

export interface Preview {
  readonly page_url: string | null
  readonly kind: 'link' | 'photo' | 'video'
  readonly title: string
  readonly description: string
  readonly provider_name: string
  readonly author_name: string
  readonly author_handle: string
  readonly language: string | null
  readonly image_url: string | null
  readonly image_description: string
  readonly width: number
  readonly height: number
  readonly published_at: Date | null
}

/** In UTF-16 units. */
const LIMITS = { title: 300, description: 1_000, name: 120, imageDescription: 1_500 } as const
const HANDLE = /^@?([\w.-]{1,64})@([a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i
const MOST_PIXELS = 20_000
const EARLIEST = Date.UTC(1900, 0)

export interface PageAddresses {
  /** Of the link. */
  readonly url: string
  /** Where the redirects ended. */
  readonly finalUrl: string
}

/**
 * @param oEmbed  what the page's oEmbed document names; its HTML is not among it
 * @param isEligible  whether pictures may be asked of this host
 * @returns null for a page without any title: there is nothing to show
 */
export function previewOfPage(
  page: PageFacts,
  oEmbed: OEmbedFacts | null,
  addresses: PageAddresses,
  isEligible: (host: string) => boolean,
  now: Date,
): Preview | null {
  const { metas } = page
  const first = (maxLength: number, ...texts: ReadonlyArray<string | undefined>): string => {
    for (const text of texts) {
      const clean = plain(text ?? '', maxLength)
      if (clean !== '') return clean
    }
    return ''
  }
  const title = first(LIMITS.title, metas.get('og:title'), metas.get('twitter:title'), page.title)
  if (title === '') return null
  const image = imageOf(page, addresses.finalUrl, isEligible)
  return {
    page_url: pageUrlOf(metas.get('og:url'), addresses),
    kind: kindOf(metas.get('og:type'), oEmbed),
    title,
    description: first(
      LIMITS.description,
      metas.get('og:description'),
      metas.get('twitter:description'),
      metas.get('description'),
    ),
    provider_name: first(LIMITS.name, metas.get('og:site_name'), oEmbed?.providerName),
    author_name: first(
      LIMITS.name,
      oEmbed?.authorName,
      nameOnly(metas.get('article:author')),
      nameOnly(metas.get('author')),
    ),
    author_handle: handleOf(metas.get('fediverse:creator')),
    language: normalizeLanguage(metas.get('og:locale')?.trim()) ?? normalizeLanguage(page.language.trim()),
    image_url: image?.url ?? null,
    image_description: image === null ? '' : plain(image.alt, LIMITS.imageDescription),
    width: image?.width ?? 0,
    height: image?.height ?? 0,
    published_at: momentOf(metas.get('article:published_time'), now),
  }
}

const plain = (text: string, maxLength: number): string => cleanLine(stripBidiControls(text), maxLength)

/** The address that a page gives itself counts only where whoever follows it stays with whom the link names. */
function pageUrlOf(raw: string | undefined, { url, finalUrl }: PageAddresses): string | null {
  const absolute = raw === undefined ? null : URL.parse(raw.trim(), finalUrl)
  const found = absolute === null ? undefined : findRemoteUrl(absolute.href)
  return found !== undefined && sameOrigin(found.href, url) ? found.href : null
}

/** What would be played within other software is a picture with a title here. */
function kindOf(type: string | undefined, oEmbed: OEmbedFacts | null): Preview['kind'] {
  if (oEmbed?.type === 'photo') return 'photo'
  return oEmbed?.type === 'video' || type?.trim().toLowerCase().startsWith('video') ? 'video' : 'link'
}

/** OpenGraph has the address of a profile where others have a name. */
const nameOnly = (text: string | undefined): string | undefined =>
  text === undefined || URL.canParse(text.trim()) ? undefined : text

function handleOf(raw: string | undefined): string {
  const [, user, host] = HANDLE.exec((raw ?? '').trim().slice(0, 400)) ?? []
  return user === undefined || host === undefined ? '' : `@${user}@${host.toLowerCase()}`
}

function imageOf(
  { images }: PageFacts,
  finalUrl: string,
  isEligible: (host: string) => boolean,
): (Pick<PageImage, 'alt'> & { url: string; width: number; height: number }) | null {
  for (const image of images) {
    for (const raw of image.urls) {
      const absolute = URL.parse(raw.trim(), finalUrl)
      const found = absolute === null ? undefined : findRemoteUrl(absolute.href)
      if (found === undefined || !isEligible(found.host)) continue
      const [width, height] = [pixelsOf(image.width), pixelsOf(image.height)]
      const isSized = width > 0 && height > 0
      return { url: found.href, alt: image.alt, width: isSized ? width : 0, height: isSized ? height : 0 }
    }
  }
  return null
}

function pixelsOf(raw: string): number {
  const pixels = /^\s*(\d{1,6})(?:px)?\s*$/.exec(raw)?.[1]
  return pixels !== undefined && Number(pixels) <= MOST_PIXELS ? Number(pixels) : 0
}

/** What is said to be of the future, or of before there were pages, is not believed. */
function momentOf(raw: string | undefined, now: Date): Date | null {
  const moment = new Date((raw ?? '').trim().slice(0, 40))
  const time = moment.getTime()
  return Number.isNaN(time) || time < EARLIEST || time > now.getTime() + 86_400_000 ? null : moment
}
