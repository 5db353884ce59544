/** A status in another language, made by a machine. */
export interface Translation {
  readonly id: string
  /** HTML. */
  readonly content: string
  readonly spoiler_text: string
  readonly poll: {
    readonly id: string
    readonly options: ReadonlyArray<{ readonly title: string }>
  } | null
  readonly media_attachments: ReadonlyArray<{ readonly id: string; readonly description: string }>
  readonly detected_source_language: string
  /** Into which it was translated. */
  readonly language: string
  /** Who translated. */
  readonly provider: string
}
