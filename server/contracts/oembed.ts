/** A post as another site may show it within a page of its own. @see https://oembed.com, 2.3 */
export interface OEmbed {
  readonly type: 'rich'
  readonly version: '1.0'
  readonly title: string
  readonly author_name: string
  readonly author_url: string
  readonly provider_name: string
  readonly provider_url: string
  /** Seconds that the answer may be kept. */
  readonly cache_age: number
  readonly html: string
  /** In pixels. */
  readonly width: number
  readonly height: number
  readonly thumbnail_url?: string
  readonly thumbnail_width?: number
  readonly thumbnail_height?: number
}
