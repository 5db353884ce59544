/** A picture with a short name, written `:name:` in texts. */
export interface CustomEmoji {
  readonly shortcode: string
  readonly url: string
  readonly static_url: string
  readonly visible_in_picker: boolean
  readonly category: string | null
}
