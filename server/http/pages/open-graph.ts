/**
 * What a page tells programs that show a preview of it elsewhere. Behind a warning the words stay hidden, and what is
 * sensitive is not shown: nobody asked to see it.
 * @see https://ogp.me
 */
import type { MediaAttachment } from '../../contracts/media-attachment.ts'
import type { Status } from '../../contracts/status.ts'
import { htmlToPlainText } from '../../domain/text/plain-text.ts'
import { shortenText } from '../../domain/text/shorten.ts'
import type { PageHead } from './layout.ts'
import { nameOf } from './parts/who.ts'
import type { Host } from './view.ts'
import { WORDS } from './words.ts'

type Facts = NonNullable<PageHead['facts']>

/** What a preview takes, and what search shows of a page. */
const DESCRIPTION_LENGTH = 300
const MOST_PICTURES = 4

/** Empty for somebody who says nothing of themselves. */
export const profileDescription = ({ account }: Host): string => oneLine(htmlToPlainText(account.note))

export function profileFacts(host: Host): Facts {
  const { account, handle } = host
  return [
    ['og:type', 'profile'],
    ['og:url', account.url],
    ['og:title', titleOf(host)],
    ['og:description', profileDescription(host) || WORDS.preview.postsBy(handle)],
    ['profile:username', handle.slice(1)],
    ...avatarFacts(host),
  ]
}

/** The warning alone, where there is one; else what the post says. */
export function postDescription({ spoiler_text: warning, content, poll }: Status): string {
  if (warning !== '') return oneLine(WORDS.preview.warning(warning))
  const options = (poll?.options ?? []).map(({ title }) => `– ${title}`)
  return oneLine([htmlToPlainText(content), ...options].join(' '))
}

export function postFacts(host: Host, post: Status): Facts {
  const { account, created_at: createdAt, edited_at: editedAt, language, sensitive: isSensitive } = post
  const locale = language === null ? null : localeOf(language)
  const shown = isSensitive ? [] : mediaFacts(post.media_attachments, host.origin)
  return [
    ['og:type', 'article'],
    ['og:url', post.url ?? post.uri],
    ['og:title', titleOf(host)],
    ['og:description', postDescription(post) || WORDS.post.by(nameOf(account))],
    ...(locale === null ? [] : ([['og:locale', locale]] as const)),
    ['article:published_time', createdAt],
    ...(editedAt === null ? [] : ([['article:modified_time', editedAt]] as const)),
    ['article:author', account.url],
    ...post.tags.map(({ name }) => ['article:tag', name] as const),
    ...(shown.length > 0
      ? ([...shown, ['twitter:card', 'summary_large_image']] as const)
      : avatarFacts(host)),
  ]
}

const titleOf = ({ account, handle }: Host): string => `${nameOf(account)} (${handle})`

const oneLine = (text: string): string => shortenText(text.replace(/\s+/g, ' ').trim(), DESCRIPTION_LENGTH)

function avatarFacts({ account, origin }: Host): Facts {
  return [
    ['og:image', whole(account.avatar, origin)],
    ['og:image:alt', account.avatar_description || WORDS.profile.avatarOf(nameOf(account))],
    ['twitter:card', 'summary'],
  ]
}

/** Pictures in their order; a recording with the picture that stands for it. */
function mediaFacts(attachments: readonly MediaAttachment[], origin: string): Facts {
  return attachments.slice(0, MOST_PICTURES).flatMap((media) => oneFact(media, origin))
}

function oneFact(media: MediaAttachment, origin: string): Facts {
  const { type, url, preview_url: preview } = media
  if (url === null) return []
  if (type === 'image') return pictureFacts(whole(url, origin), media, 'original')
  // Without a picture a preview has nothing to show before it plays.
  if ((type !== 'video' && type !== 'gifv') || preview === null) return []
  return [...pictureFacts(whole(preview, origin), media, 'small'), ...videoFacts(whole(url, origin), media)]
}

function pictureFacts(url: string, { meta, description }: MediaAttachment, of: 'original' | 'small'): Facts {
  return [
    ['og:image', url],
    ...sizeFacts('og:image', meta?.[of]),
    ...(description ? ([['og:image:alt', description]] as const) : []),
  ]
}

const VIDEO_TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
}

function videoFacts(url: string, { meta }: MediaAttachment): Facts {
  const type = VIDEO_TYPES[/\.(\w{3,4})$/.exec(url)?.[1] ?? '']
  return [
    ['og:video', url],
    ...(type === undefined ? [] : ([['og:video:type', type]] as const)),
    ...sizeFacts('og:video', meta?.original),
  ]
}

function sizeFacts(
  name: string,
  size: { readonly width?: number; readonly height?: number } | undefined,
): Facts {
  if (size?.width === undefined || size.height === undefined) return []
  return [
    [`${name}:width`, String(size.width)],
    [`${name}:height`, String(size.height)],
  ]
}

/** `de` as `de_DE`, since a territory is asked for: the likeliest where none is named. */
function localeOf(language: string): string | null {
  const { language: tongue, region } = new Intl.Locale(language).maximize()
  return region === undefined ? null : `${tongue}_${region}`
}

/** Whoever shows the preview is elsewhere. */
const whole = (path: string, origin: string): string => new URL(path, origin).href
