/**
 * Fetches one file of another server: its type is told by its content out of a fixed list, its size is what was promised, and a
 * picture that says it has more pixels than anybody should have to decode is refused before it is handed on.
 * @see security rules 57 to 60
 */
import { createHash, randomBytes } from 'node:crypto'
import { fetchFailed, fetchRefused } from '../../net/fetch-errors.ts'
import type { FetchedMedia, SafeFetch } from '../../net/fetch-types.ts'
import { MEDIA_LIMITS } from '../media/media-types.ts'
import { SIZE_BYTES, pictureSize } from '../media/picture-size.ts'
import { SNIFF_BYTES, type SniffedType, sniffMedia } from '../media/sniff-media.ts'
import { MEDIA_SHAPES, type RemoteItem } from './media-shapes.ts'

export interface FileHead {
  readonly type: string
  /** Strong: of what the other server says the bytes are, or of this fetch alone. */
  readonly etag: string
  /** Null where only its end will tell. */
  readonly size: number | null
}

export interface FileSink {
  /** Called once, before any bytes. */
  head(head: FileHead): void
  /** Waited for. */
  bytes(chunk: Buffer): Promise<void>
}

/** @throws HomebirdError FETCH_*, and what the sink throws */
export async function fetchFile(
  fetch: Pick<SafeFetch, 'fetchMedia'>,
  item: RemoteItem,
  sink: FileSink,
  signal: AbortSignal,
): Promise<void> {
  const { maxBytes, totalMs } = MEDIA_SHAPES[item.kind]
  const accept = item.kind === 'attachment' ? 'image/*, video/*, audio/*;q=0.9' : 'image/*'
  const media = await fetch.fetchMedia(item.url, { maxBytes, totalMs, accept, signal })
  try {
    await passOn(media, item, sink)
  } catch (error) {
    media.body.destroy()
    throw error
  }
}

async function passOn(media: FetchedMedia, item: RemoteItem, sink: FileSink): Promise<void> {
  const { body, contentLength } = media
  const head = new Head()
  let size = 0
  const begin = async (): Promise<void> => {
    const bytes = head.take()
    sink.head({ type: typeOf(item, bytes).type, etag: etagOf(media), size: contentLength })
    if (bytes.length > 0) await sink.bytes(bytes)
  }
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (head.isTaken) await sink.bytes(chunk)
    else if (head.isEnoughWith(chunk)) await begin()
  }
  if (contentLength !== null && size !== contentLength) {
    throw fetchFailed(item.url, 'protocol', `it ends after ${size} of ${contentLength} bytes`)
  }
  if (!head.isTaken) await begin()
}

/** The first bytes, until they tell what the file is: of a picture its size too, unless that stands too far behind. */
class Head {
  isTaken = false
  #chunks: Buffer[] = []
  #size = 0
  #lookAt = SNIFF_BYTES

  isEnoughWith(chunk: Buffer): boolean {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size < this.#lookAt) return false
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks = [bytes]
    // Looked at a few times, however small the pieces are in which it comes.
    this.#lookAt = this.#size * 2
    const sniffed = sniffMedia(bytes)
    return (
      this.#size >= SIZE_BYTES || sniffed?.family !== 'image' || pictureSize(sniffed.type, bytes) !== null
    )
  }

  take(): Buffer {
    this.isTaken = true
    return Buffer.concat(this.#chunks)
  }
}

function typeOf(item: RemoteItem, head: Buffer): SniffedType {
  const sniffed = sniffMedia(head.subarray(0, SNIFF_BYTES))
  if (sniffed === null || (item.kind !== 'attachment' && sniffed.family !== 'image')) {
    throw fetchRefused(item.url, 'type', `as ${item.kind} it is ${sniffed?.type ?? 'of no known type'}`)
  }
  const size = pictureSize(sniffed.type, head.subarray(0, SIZE_BYTES))
  const isTooLarge =
    size !== null &&
    (Math.max(size.width, size.height) > MEDIA_LIMITS.imageSide ||
      size.width * size.height > MEDIA_LIMITS.imagePixels)
  if (isTooLarge) throw fetchRefused(item.url, 'size', `it has ${size.width} × ${size.height} pixels`)
  return sniffed
}

function etagOf({ finalUrl, headers, contentLength }: FetchedMedia): string {
  const { etag } = headers
  const isStrong = etag !== undefined && etag.startsWith('"') && contentLength !== null
  if (!isStrong) return `"${randomBytes(20).toString('base64url')}"`
  const hash = createHash('sha256').update(`${finalUrl}\n${etag}\n${contentLength}`)
  return `"${hash.digest('base64url').slice(0, 27)}"`
}
