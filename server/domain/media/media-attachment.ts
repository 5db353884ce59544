/** Attachments as the client API tells of them. */
import type { MediaAttachment, MediaDimensions, MediaMeta } from '../../contracts/media-attachment.ts'
import type { Row } from '../../db/tables.ts'
import type { MediaUrls } from './media-urls.ts'

/** What is told of an attachment. */
type ShownAttachment = Omit<Row<'attachments'>, 'created_at' | 'owner_actor_id' | 'scheduled_id'>

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
  const duration = row.duration_seconds === null ? null : { duration: row.duration_seconds }
  if (row.width === null || row.height === null || row.width <= 0 || row.height <= 0) return duration
  return { ...dimensions(row.width, row.height), ...duration }
}

function smallOf(row: ShownAttachment): MediaDimensions | null {
  if (row.kind === 'audio' || row.width === null || row.height === null) return null
  if (row.width <= 0 || row.height <= 0) return null
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(row.width, row.height))
  const side = (length: number): number => Math.max(1, Math.round(length * scale))
  return dimensions(side(row.width), side(row.height))
}

const dimensions = (width: number, height: number): MediaDimensions => ({
  width,
  height,
  size: `${width}x${height}`,
  aspect: width / height,
})
