/** What is attached to a post: pictures, recordings, files; each with its description within reach. */
import type { MediaAttachment, MediaDimensions } from '../../../contracts/media-attachment.ts'
import { type Html, NOTHING, markup } from '../../../domain/text/markup.ts'
import { WORDS } from '../words.ts'

/** Further pictures are below one another in rows of two. */
const MOST_IN_GRID = 4
const FOCUS_STEPS = 10

/** Null for files that are still being worked on. */
export function mediaOf(attachments: readonly MediaAttachment[]): Html | null {
  const shown = attachments.filter(({ url }) => url !== null)
  if (shown.length === 0) return null
  const pictures = shown.filter(({ type }) => type === 'image').length
  const count = Math.min(MOST_IN_GRID, Math.max(1, pictures))
  return markup`<div class="media m${count === MOST_IN_GRID || pictures % 2 === 0 || pictures === 3 ? count : 1}">${shown.map((one) => figureOf(one))}</div>`
}

function figureOf(media: MediaAttachment): Html {
  switch (media.type) {
    case 'image':
      return pictureOf(media)
    case 'video':
    case 'gifv':
      return markup`<figure class="shot clip">${videoOf(media)}${altOf(media)}</figure>`
    case 'audio':
      return markup`<figure class="shot clip"><audio class="u-audio" src="${media.url}" controls preload="none"${labelOf(media, WORDS.media.audio)}></audio>${altOf(media)}</figure>`
    case 'unknown':
      return markup`<p class="clip"><a class="file" href="${media.url}" rel="nofollow noopener noreferrer">${media.description || WORDS.media.file}</a></p>`
  }
}

function pictureOf(media: MediaAttachment): Html {
  const words = media.description ?? ''
  return markup`<figure class="shot"><a href="${media.url}">${imageOf(media, words === '' ? WORDS.media.picture : words, 'u-photo')}</a>${altOf(media)}</figure>`
}

/** With its size, so that nothing jumps when it comes. */
export function imageOf(media: MediaAttachment, words: string, role = ''): Html {
  return markup`<img class="${role}${focusOf(media)}" src="${media.preview_url ?? media.url}" alt="${words}"${sizeOf(media.meta?.small ?? media.meta?.original)} loading="lazy" decoding="async">`
}

/** Nothing is loaded and nothing moves before somebody wants it to. */
function videoOf(media: MediaAttachment): Html {
  const poster = media.preview_url === null ? NOTHING : markup` poster="${media.preview_url}"`
  const isLoop = media.type === 'gifv' && markup` loop muted playsinline`
  return markup`<video class="u-video" src="${media.url}" controls preload="none"${poster}${sizeOf(media.meta?.original ?? media.meta?.small)}${isLoop}${labelOf(media, WORDS.media.video)}></video>`
}

const labelOf = ({ description }: MediaAttachment, fallback: string): Html =>
  markup` aria-label="${description || fallback}"`

function sizeOf(size: MediaDimensions | undefined): Html | false {
  const { width = 0, height = 0 } = size ?? {}
  return width > 0 && height > 0 && markup` width="${width}" height="${height}"`
}

/** Where the middle of the picture is when it is cut, in steps of a tenth. */
export function focusOf({ meta }: MediaAttachment): string {
  if (meta?.focus === undefined) return ''
  const step = (share: number): number => Math.min(FOCUS_STEPS, Math.max(0, Math.round(share * FOCUS_STEPS)))
  return ` fx${step((meta.focus.x + 1) / 2)} fy${step((1 - meta.focus.y) / 2)}`
}

function altOf({ description }: MediaAttachment): Html | false {
  if (description === null || description.trim() === '') return false
  return markup`<details class="alt"><summary>${WORDS.media.alt}</summary><p dir="auto">${description}</p></details>`
}
