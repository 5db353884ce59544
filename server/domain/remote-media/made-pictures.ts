/** Makes a small picture of a large one by way of a decoder; where that cannot be, the original does if it is small enough. */
import { createHash } from 'node:crypto'
import type { ShownUse } from '../../contracts/decoding.ts'
import { HomebirdError, assertNever } from '../../core/errors.ts'
import { fetchRefused } from '../../net/fetch-errors.ts'
import type { PicturePool } from '../decoding/picture-pool.ts'
import type { FileHead } from './fetch-file.ts'
import type { RemoteItem } from './media-shapes.ts'
import type { HeldFile } from './opened-media.ts'

/** An original that is larger is not worth its bytes to a reader who wants a small picture. */
const ORIGINAL_BYTES = 524_288

export interface MadePicture extends HeldFile {
  /** False for an original that nobody had time for: it is made smaller another time. */
  readonly isFinal: boolean
}

/** What a fetch brought, in memory. */
export class Gathered {
  #head: FileHead | null = null
  readonly #chunks: Buffer[] = []

  readonly sink = {
    head: (head: FileHead): void => {
      this.#head = head
    },
    bytes: async (chunk: Buffer): Promise<void> => {
      this.#chunks.push(chunk)
    },
  }

  /** Of a fetch that has ended well. */
  get file(): { readonly type: string; readonly bytes: Buffer } {
    if (this.#head === null) throw new HomebirdError('INTERNAL', 'a fetch ended well without a head')
    return { type: this.#head.type, bytes: Buffer.concat(this.#chunks) }
  }
}

/** @throws HomebirdError FETCH_REFUSED for what is never to be shown, UNAVAILABLE where nobody has time */
export async function makePicture(
  pool: Pick<PicturePool, 'shrink'>,
  item: RemoteItem,
  use: ShownUse,
  { type, bytes }: { readonly type: string; readonly bytes: Buffer },
): Promise<MadePicture> {
  const shrunk = await pool.shrink({ bytes, mediaType: type, use })
  const isSmall = bytes.length <= ORIGINAL_BYTES
  switch (shrunk.outcome) {
    case 'shown':
      return { ...held(shrunk.type, Buffer.from(shrunk.bytes)), isFinal: true }
    case 'unreadable':
      if (isSmall) return { ...held(type, bytes), isFinal: true }
      throw fetchRefused(item.url, 'type', `the ${item.kind} cannot be read`)
    case 'busy':
      if (isSmall) return { ...held(type, bytes), isFinal: false }
      throw new HomebirdError('UNAVAILABLE', `${item.kind} ${item.url} is large and all decoders are busy`)
    case 'refused':
      throw fetchRefused(item.url, 'type', `as ${item.kind}: ${shrunk.reason}`)
    default:
      return assertNever(shrunk)
  }
}

function held(type: string, bytes: Buffer): HeldFile {
  return { type, bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"` }
}
