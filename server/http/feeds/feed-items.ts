/** Posts as entries of a feed: everything that belongs to a post as HTML that needs no style, and as plain text. */
import type { Account } from '../../contracts/account.ts'
import type { MediaAttachment } from '../../contracts/media-attachment.ts'
import type { Poll } from '../../contracts/poll.ts'
import type { PreviewCard } from '../../contracts/preview-card.ts'
import type { Status } from '../../contracts/status.ts'
import { emojisInHtml } from '../../domain/emojis/emojis-in-html.ts'
import { escapeHtml } from '../../domain/text/escape-html.ts'
import { htmlToPlainText } from '../../domain/text/plain-text.ts'
import type { FeedAuthor, FeedFile, FeedItem } from './feed.ts'

/** What the entities do not tell of a file. */
export interface FileFacts {
  readonly mediaType: string
  readonly bytes: number | null
}

/** @param files  facts by the id of the attachment; what is missing there is left out */
export function itemFromStatus(status: Status, files: ReadonlyMap<string, FileFacts>): FeedItem {
  return {
    id: status.uri,
    url: status.url ?? status.uri,
    author: authorFrom(status.account),
    publishedAt: new Date(status.created_at),
    editedAt: status.edited_at === null ? null : new Date(status.edited_at),
    warning: status.spoiler_text,
    text: [htmlToPlainText(status.content), ...(status.poll === null ? [] : [pollText(status.poll)])]
      .filter((part) => part !== '')
      .join('\n\n'),
    html: htmlOf(status),
    language: status.language,
    isSensitive: status.sensitive,
    categories: status.tags.map(({ name }) => name),
    files: status.media_attachments.flatMap((media) => fileOf(media, files.get(media.id)) ?? []),
  }
}

export function authorFrom({ display_name: name, username, url, avatar }: Account): FeedAuthor {
  return { name: name === '' ? username : name, url, image: avatar }
}

function htmlOf(status: Status): string {
  const { spoiler_text: warning, emojis, poll, card, media_attachments: media, sensitive } = status
  const parts = [
    ...(warning === '' ? [] : [`<p><strong>Content warning:</strong> ${escapeHtml(warning)}</p><hr>`]),
    status.content,
    ...(poll === null ? [] : [pollHtml(poll)]),
    ...media.map((one) => mediaHtml(one, sensitive)),
    ...(card === null ? [] : [cardHtml(card)]),
  ]
  return emojisInHtml(parts.join(''), emojis)
}

/** Without counts: an entry does not change with every vote. */
const pollHtml = ({ options }: Poll): string =>
  `<ul>${options.map(({ title }) => `<li>${escapeHtml(title)}</li>`).join('')}</ul>`

const pollText = ({ options }: Poll): string => options.map(({ title }) => `– ${title}`).join('\n')

const KIND_WORDS = {
  image: 'Picture',
  gifv: 'Video',
  video: 'Video',
  audio: 'Sound',
  unknown: 'File',
} as const

/** What is sensitive is a link, so that no reader shows it unasked. */
function mediaHtml(
  { type, url, preview_url: preview, description }: MediaAttachment,
  isSensitive: boolean,
): string {
  if (url === null) return ''
  const words = escapeHtml(description ?? '')
  const shown =
    type === 'image' && !isSensitive
      ? `<img src="${escapeHtml(preview ?? url)}" alt="${words}">`
      : `${KIND_WORDS[type]}${words === '' ? '' : `: ${words}`}`
  return `<p><a href="${escapeHtml(url)}">${shown}</a></p>`
}

function cardHtml({ url, title, provider_name: provider }: PreviewCard): string {
  if (title === '') return ''
  const of = provider === '' ? '' : ` (${escapeHtml(provider)})`
  return `<p><a href="${escapeHtml(url)}">${escapeHtml(title)}</a>${of}</p>`
}

function fileOf(media: MediaAttachment, facts: FileFacts | undefined): FeedFile | null {
  const { type, url, preview_url: previewUrl, description, meta } = media
  if (url === null || facts === undefined || type === 'unknown') return null
  return {
    url,
    kind: type === 'gifv' ? 'video' : type,
    mediaType: facts.mediaType,
    bytes: facts.bytes,
    width: meta?.original?.width ?? null,
    height: meta?.original?.height ?? null,
    durationSeconds: meta?.original?.duration ?? null,
    description: description ?? '',
    previewUrl: previewUrl === url ? null : previewUrl,
  }
}
