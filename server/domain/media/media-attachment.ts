/** Attachments as the client API tells of them. */
import type { MediaAttachment, MediaDimensions, MediaMeta } from '../../contracts/media-attachment.ts'
import type { Row } from '../../db/tables.ts'
import type { MediaUrls } from './media-urls.ts'

/** What is told of an attachment. */
type ShownAttachment = Omit<
  Row<'attachments'>,
  'created_at' | 'owner_actor_id' | 'scheduled_id' | 'former_post_id'
>

/** The longest side of a preview, in pixels. */
const PREVIEW_SIDE = 640

export function mediaFromAttachment(urls: MediaUrls, row: ShownAttachment): MediaAttachment {
  return {
    id: row.id,
    type: row.kind,
    url: urls.attachment(row),
    preview_url: urls.preview(row),
    remote_url: row.remote_url,
    preview_remote_url: row.remote_preview_url,
    text_url: null,
    meta: metaOf(row),
    description: row.description,
    blurhash: row.blurhash,
  }
}

function metaOf(row: ShownAttachment): MediaMeta | null {
  const original = originalOf(row)
  const small = smallOf(row)
  const focus =
    row.focus_x === null || row.focus_y === null ? null : { focus: { x: row.focus_x, y: row.focus_y } }
  if (original === null && focus === null) return null
  return {
    ...(original === null ? {} : { original }),
    ...(small === null ? {} : { small }),
    ...focus,
  }
}

function originalOf(row: ShownAttachment): MediaDimensions | null {
  const size = row.width === null || row.height === null ? null : dimensions(row.width, row.height)
  const original: MediaDimensions = {
    ...size,
    ...(row.frame_rate === null ? {} : { frame_rate: frameRateOf(row.frame_rate) }),
    ...(row.duration_seconds === null ? {} : { duration: row.duration_seconds }),
    ...(row.bitrate === null ? {} : { bitrate: row.bitrate }),
  }
  return Object.keys(original).length === 0 ? null : original
}

/** As a fraction, which is what apps know. */
const frameRateOf = (rate: number): string =>
  Number.isInteger(rate) ? `${rate}/1` : `${Math.round(rate * 1_000)}/1000`

/** Of what is shown before the file itself: the stored preview where its size is known. */
function smallOf(row: ShownAttachment): MediaDimensions | null {
  if (row.preview_width !== null && row.preview_height !== null) {
    return dimensions(row.preview_width, row.preview_height)
  }
  if (row.kind === 'audio' || row.width === null || row.height === null) return null
  if (row.width <= 0 || row.height <= 0) return null
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(row.width, row.height))
  const side = (length: number): number => Math.max(1, Math.round(length * scale))
  return dimensions(side(row.width), side(row.height))
}

function dimensions(width: number, height: number): MediaDimensions | null {
  return width > 0 && height > 0
    ? { width, height, size: `${width}x${height}`, aspect: width / height }
    : null
}
