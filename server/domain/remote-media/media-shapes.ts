/**
 * What becomes of the files of others by what they are to a reader: how large they may be, which cache keeps them, and whether
 * they are made as large as screens show them. Only attachments pass as they are: a photograph is looked at closely, and video
 * is never touched.
 * @see security rules 44, 57 to 60
 */
import { createHash } from 'node:crypto'
import type { ShownUse } from '../../contracts/decoding.ts'
import { FETCH_LIMITS } from '../../net/fetch-types.ts'
import type { ProxyKind } from '../media/media-urls.ts'

export interface RemoteItem {
  readonly kind: ProxyKind
  /** As the row holds it. */
  readonly url: string
}

export interface MediaShape {
  readonly cache: 'media' | 'avatars'
  readonly maxBytes: number
  /** The whole fetch. */
  readonly totalMs: number
  /** Null for what passes as it is. */
  readonly shownAs: ShownUse | null
}

const PICTURE_BYTES = 8 * 1_048_576
const PICTURE_MS = 30_000

const picture = (cache: MediaShape['cache'], shownAs: ShownUse, maxBytes = PICTURE_BYTES): MediaShape => ({
  cache,
  maxBytes,
  totalMs: PICTURE_MS,
  shownAs,
})

export const MEDIA_SHAPES: Readonly<Record<ProxyKind, MediaShape>> = {
  avatar: picture('avatars', 'avatar'),
  emoji: picture('avatars', 'emoji', FETCH_LIMITS.emojiBytes),
  header: picture('media', 'header'),
  preview: picture('media', 'preview'),
  card: picture('media', 'preview'),
  attachment: {
    cache: 'media',
    maxBytes: FETCH_LIMITS.mediaBytes,
    totalMs: FETCH_LIMITS.mediaTotalMs,
    shownAs: null,
  },
}

/** Of what is made of the file: another way of making it needs another number. */
const MAKING = 1

const keys = new WeakMap<RemoteItem, string>()

/** The name of an item in its cache, the same in every process, and in the database: `media_item_key`. */
export function itemKey(item: RemoteItem): string {
  const kept = keys.get(item)
  if (kept !== undefined) return kept
  const hash = createHash('sha256').update(`${item.kind}\n${MAKING}\n${item.url}`)
  const key = `proxy_${hash.digest('hex')}`
  keys.set(item, key)
  return key
}
