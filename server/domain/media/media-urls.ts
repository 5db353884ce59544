/**
 * The addresses under which pictures reach readers. Those of others are never given with their own address: they are
 * served from here, under a path whose MAC covers what they stand for, so that a changed picture has another address and no
 * address can be made up.
 * @see security rules 57, 58; DESIGN 8
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { boundedMap } from '../../core/bounded-map.ts'
import type { Row, StoredEmoji } from '../../db/tables.ts'
import { DEFAULT_HEADER_PATH, defaultAvatarPath } from './default-images.ts'

export const PROXY_KINDS = ['avatar', 'header', 'attachment', 'preview', 'emoji', 'card'] as const

/** What a proxied picture belongs to. */
export type ProxyKind = (typeof PROXY_KINDS)[number]

/** What stands before the id of whatever lists an emoji: an actor, a post, or the emoji that are known. */
export const EMOJI_OWNERS = { actor: 'a', post: 'p', emoji: 'e' } as const

export interface MediaUrls {
  avatar(actor: Pick<Row<'actors'>, 'id' | 'is_local' | 'icon_url'>): string
  header(actor: Pick<Row<'actors'>, 'id' | 'is_local' | 'header_url'>): string
  /** Null while an upload is being worked on. */
  attachment(attachment: AttachmentFile): string | null
  preview(attachment: AttachmentFile): string | null
  /** @param owner  the row in whose list the emoji stands */
  emoji(owner: EmojiOwner, emoji: StoredEmoji): string
  /** Null for a link preview without a picture. */
  card(card: Pick<Row<'cards'>, 'id' | 'image_url'>): string | null
  /** The address of a file of this home as this listener gives it. */
  own(path: string): string
  /** The same for one that is stored with the origin of the home. */
  stored(url: string): string
  /** The address of a public page of this home, which is the same for every reader. */
  page(path: string): string
}

export type AttachmentFile = Pick<
  Row<'attachments'>,
  'id' | 'kind' | 'remote_url' | 'remote_preview_url' | 'file_key' | 'preview_key'
>

export interface EmojiOwner {
  readonly kind: keyof typeof EMOJI_OWNERS
  readonly id: string
  /** A row of this home lists emoji of this home. */
  readonly isOurs?: boolean
}

export interface MediaUrlOptions {
  readonly key: Buffer
  /** Before every path: the origin of the home for the public listener, nothing for the private one. */
  readonly base: () => string
  /** The origin of the home, which stored addresses of own files begin with. */
  readonly origin: () => string
  /** Where own media is served: `/media/`, or the absolute address of a CDN. */
  readonly mediaUrl: string
}

const MAC_BYTES = 16
const KEPT_MACS = 10_000

export function createMediaUrls(options: MediaUrlOptions): MediaUrls {
  const macs = boundedMap<string, string>({ max: KEPT_MACS })
  const own = (path: string): string => `${options.base()}${path}`
  const proxied = (kind: ProxyKind, id: string, url: string): string => {
    const name = `${kind} ${id} ${url}`
    const mac = macs.get(name) ?? proxyMac(options.key, kind, id, url)
    macs.set(name, mac)
    return own(`/proxy/${kind}/${id}/${mac}`)
  }
  const local = (url: string): string =>
    url.startsWith(`${options.origin()}/`) ? own(url.slice(options.origin().length)) : url
  const file = (fileKey: string): string =>
    URL.canParse(options.mediaUrl) ? options.mediaUrl + fileKey : own(options.mediaUrl + fileKey)
  return {
    own,
    stored: local,
    page: (path) => `${options.origin()}${path}`,
    avatar(actor) {
      if (actor.icon_url === null) return own(defaultAvatarPath(actor.id))
      return actor.is_local ? local(actor.icon_url) : proxied('avatar', actor.id, actor.icon_url)
    },
    header(actor) {
      if (actor.header_url === null) return own(DEFAULT_HEADER_PATH)
      return actor.is_local ? local(actor.header_url) : proxied('header', actor.id, actor.header_url)
    },
    attachment(attachment) {
      if (attachment.file_key !== null) return file(attachment.file_key)
      if (attachment.remote_url === null) return null
      return proxied('attachment', attachment.id, attachment.remote_url)
    },
    preview(attachment) {
      if (attachment.preview_key !== null) return file(attachment.preview_key)
      const { remote_preview_url: preview } = attachment
      if (preview !== null) return proxied('preview', attachment.id, preview)
      return attachment.kind === 'image' ? this.attachment(attachment) : null
    },
    emoji(owner, emoji) {
      if (owner.isOurs === true) return local(emoji.url)
      const id = `${EMOJI_OWNERS[owner.kind]}${owner.id}.${emoji.shortcode}`
      return proxied('emoji', id, emoji.url)
    },
    card: (card) => (card.image_url === null ? null : proxied('card', card.id, card.image_url)),
  }
}

/** What stands at the end of the path: 128 bits over the kind, the row and the address it holds now. */
export function proxyMac(key: Buffer, kind: ProxyKind, id: string, url: string): string {
  const mac = createHmac('sha256', key).update(`${kind}\n${id}\n${url}`).digest()
  return mac.subarray(0, MAC_BYTES).toString('base64url')
}

/** Compared in constant time. */
export function isProxyMac(key: Buffer, kind: ProxyKind, id: string, url: string, mac: string): boolean {
  const wanted = Buffer.from(proxyMac(key, kind, id, url))
  const given = Buffer.from(mac)
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}
