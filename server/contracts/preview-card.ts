/** What the page behind a link of a status says of itself. All texts are plain: nothing of the page is ever HTML here. */
import type { TagHistory } from './tag.ts'

export interface PreviewCardAuthor {
  readonly name: string
  readonly url: string
  readonly account: null
}

export interface PreviewCard {
  readonly url: string
  readonly title: string
  readonly description: string
  readonly language: string | null
  readonly type: 'link' | 'photo' | 'video'
  readonly author_name: string
  readonly author_url: ''
  readonly authors: readonly PreviewCardAuthor[]
  readonly provider_name: string
  readonly provider_url: ''
  readonly html: ''
  /** Of the image, as the page says; 0 where it does not. */
  readonly width: number
  readonly height: number
  /** Through this home. */
  readonly image: string | null
  readonly image_description: string
  readonly embed_url: ''
  readonly blurhash: null
  readonly published_at: string | null
}

/** A link that people share, with its uses over the last days. */
export interface TrendingLink extends PreviewCard {
  readonly history: readonly TagHistory[]
}
