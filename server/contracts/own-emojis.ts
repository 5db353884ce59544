/** Custom emoji in the owner's hands: those of the home, and those of others that can be copied. */

/** Letters, digits and underscores of ASCII: what every server finds between two colons. */
export const EMOJI_NAME = /^[A-Za-z0-9_]{2,64}$/
export const MOST_CATEGORY_CHARACTERS = 60
/** Of one picture, whether it is sent or copied. */
export const MOST_EMOJI_BYTES = 262_144

export interface OwnEmojiFacts {
  readonly id: string
  readonly shortcode: string
  /** As this listener gives it. */
  readonly url: string
  readonly category: string | null
  /** Not offered and not put into new posts; where it stands already it stays. */
  readonly isDisabled: boolean
}

export interface SeenEmojiFacts {
  readonly id: string
  readonly shortcode: string
  readonly host: string
  readonly url: string
}

export interface OwnEmojiChange {
  /** Null for none; left out it stays. */
  readonly category?: string | null
  readonly isDisabled?: boolean
}
