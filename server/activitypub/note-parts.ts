/** The parts that documents of ours share: tags, attachments, and leaving out what says nothing. */
import type { Row, StoredEmoji } from '../db/tables.ts'
import type { JsonObject } from './json.ts'

/** Without properties that are null, undefined, empty text or an empty array: absent means the same and is shorter. */
export function withoutEmpty(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

export function emojiTag(emoji: StoredEmoji): JsonObject {
  const tag = { type: 'Emoji', name: `:${emoji.shortcode}:`, icon: { type: 'Image', url: emoji.url } }
  return emoji.uri === undefined ? tag : { id: emoji.uri, ...tag }
}

export type MentionedActor = Pick<Row<'actors'>, 'uri' | 'username' | 'handle_domain'>

export function mentionTag(actor: MentionedActor): JsonObject {
  return { type: 'Mention', href: actor.uri, name: `@${actor.username}@${actor.handle_domain}` }
}

export interface NoteHashtag {
  /** As written, without `#`. */
  readonly name: string
  /** Page of the hashtag on this home. */
  readonly url: string
}

export function hashtagTag(hashtag: NoteHashtag): JsonObject {
  return { type: 'Hashtag', href: hashtag.url, name: `#${hashtag.name}` }
}

/** An upload with the addresses under which this home serves it. */
export interface NoteAttachment extends Pick<
  Row<'attachments'>,
  'media_type' | 'description' | 'blurhash' | 'width' | 'height' | 'focus_x' | 'focus_y' | 'duration_seconds'
> {
  readonly url: string
  readonly previewUrl: string | null
}

/** Always a Document, which every server shows by its media type; the description in both places where it is looked for. */
export function attachmentObject(attachment: NoteAttachment): JsonObject {
  const { focus_x: x, focus_y: y, duration_seconds: seconds, previewUrl } = attachment
  return withoutEmpty({
    type: 'Document',
    mediaType: attachment.media_type,
    url: attachment.url,
    name: attachment.description,
    summary: attachment.description,
    blurhash: attachment.blurhash,
    width: attachment.width,
    height: attachment.height,
    focalPoint: x === null || y === null ? null : [x, y],
    duration: seconds === null ? null : `PT${seconds.toFixed(3).replace(/\.?0+$/, '')}S`,
    icon: previewUrl === null ? null : { type: 'Image', url: previewUrl },
  })
}
