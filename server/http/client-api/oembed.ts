/** What another site puts into its page to show a post: a frame without script, about as high as the post. */
import type { OEmbed } from '../../contracts/oembed.ts'
import type { Status } from '../../contracts/status.ts'
import { escapeHtml } from '../../domain/text/escape-html.ts'
import { htmlToPlainText } from '../../domain/text/plain-text.ts'

export interface FrameLimits {
  readonly maxWidth: number
  readonly maxHeight: number
}

const WIDTH = 500
const CACHE_SECONDS = 3_600

/** In pixels of the page's own style: what is higher is scrolled. */
const SIZES = {
  around: 240,
  line: 28,
  lettersPerPixel: 1 / 9.5,
  side: 32,
  media: 340,
  veil: 170,
  option: 48,
  quote: 160,
  warning: 56,
  least: 200,
  most: 900,
} as const

/** @param home  as it is called, and where */
export function oembedOf(
  status: Status,
  home: { readonly title: string; readonly origin: string },
  limits: FrameLimits,
): OEmbed {
  const { account } = status
  const name = account.display_name === '' ? account.username : account.display_name
  const title = `A post by ${name}`
  const width = Math.min(WIDTH, limits.maxWidth)
  const height = Math.min(heightOf(status, width), limits.maxHeight)
  return {
    type: 'rich',
    version: '1.0',
    title,
    author_name: name,
    author_url: account.url,
    provider_name: home.title,
    provider_url: `${home.origin}/`,
    cache_age: CACHE_SECONDS,
    html: frameOf(`${status.url ?? status.uri}/embed`, title, width, height),
    width,
    height,
    ...thumbnailOf(status, limits),
  }
}

function frameOf(url: string, title: string, width: number, height: number): string {
  return `<iframe src="${escapeHtml(url)}" title="${escapeHtml(title)}" width="${width}" height="${height}" style="max-width:100%;border:1px solid #8888;border-radius:10px" loading="lazy" allowfullscreen></iframe>`
}

function heightOf(
  { spoiler_text: warning, content, media_attachments: media, sensitive, ...rest }: Status,
  width: number,
): number {
  if (warning !== '') return SIZES.around + SIZES.warning
  const letters = Math.max(10, (width - SIZES.side) * SIZES.lettersPerPixel)
  const lines = htmlToPlainText(content)
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / letters)), 0)
  const pictures = media.length === 0 ? 0 : sensitive ? SIZES.veil : SIZES.media
  const poll = (rest.poll?.options.length ?? 0) * SIZES.option
  const quote = rest.quote === null && rest.card === null ? 0 : SIZES.quote
  const height = SIZES.around + lines * SIZES.line + pictures + poll + quote
  return Math.min(SIZES.most, Math.max(SIZES.least, height))
}

type Thumbnail = Pick<OEmbed, 'thumbnail_url' | 'thumbnail_width' | 'thumbnail_height'>

/** The three belong together, and none may be larger than what was asked for. */
function thumbnailOf({ media_attachments: media, sensitive }: Status, limits: FrameLimits): Thumbnail {
  if (sensitive) return {}
  const picture = media.find(({ type, preview_url: preview }) => type === 'image' && preview !== null)
  const { width = 0, height = 0 } = picture?.meta?.small ?? {}
  if (!picture?.preview_url || width === 0 || height === 0) return {}
  if (width > limits.maxWidth || height > limits.maxHeight) return {}
  return { thumbnail_url: picture.preview_url, thumbnail_width: width, thumbnail_height: height }
}
