/** What a feed holds, whatever form it is written in. */
import { shortenText } from '../../domain/text/shorten.ts'

export interface FeedAuthor {
  readonly name: string
  readonly url: string
  /** Of the avatar. */
  readonly image: string
}

export interface Feed {
  readonly title: string
  /** Plain text. */
  readonly description: string
  /** The page that shows the same to people. */
  readonly pageUrl: string
  /** Where the form itself is found. */
  readonly urls: Readonly<Record<FeedForm, string>>
  /** Who wrote all of it; null where several may have. */
  readonly author: FeedAuthor | null
  readonly language: string | null
  /** When what is in it last changed. */
  readonly changedAt: Date
  /** Newest first. */
  readonly items: readonly FeedItem[]
}

export type FeedForm = 'rss' | 'atom' | 'json'

export interface FeedItem {
  /** Names the post for ever. */
  readonly id: string
  readonly url: string
  readonly author: FeedAuthor
  readonly publishedAt: Date
  readonly editedAt: Date | null
  /** Plain text; empty where there is none. */
  readonly warning: string
  /** Plain text of the post, without the warning. */
  readonly text: string
  /** Everything of the post, its warning first. */
  readonly html: string
  readonly language: string | null
  readonly isSensitive: boolean
  /** Names of hashtags. */
  readonly categories: readonly string[]
  readonly files: readonly FeedFile[]
}

export interface FeedFile {
  readonly url: string
  readonly kind: 'image' | 'video' | 'audio'
  /** Such as `image/webp`. */
  readonly mediaType: string
  /** Null where it is not known. */
  readonly bytes: number | null
  readonly width: number | null
  readonly height: number | null
  readonly durationSeconds: number | null
  readonly description: string
  /** Of a smaller picture of it. */
  readonly previewUrl: string | null
}

const TITLE_LENGTH = 80

/** A line that stands for the post where a form cannot do without: the warning hides what it warns of. */
export function titleOf({ warning, text, files, author }: FeedItem): string {
  const said = oneLine(warning === '' ? text : warning)
  if (said !== '') return shortenText(said, TITLE_LENGTH)
  const described = files.find(({ description }) => description !== '')?.description ?? ''
  return described === '' ? `A post by ${author.name}` : shortenText(oneLine(described), TITLE_LENGTH)
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
