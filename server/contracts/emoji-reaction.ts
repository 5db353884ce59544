/** What people reacted to a status with, in the shape of Fedibird and Hollo, and in that of glitch-soc. */

export interface EmojiReaction {
  /** The emoji itself, or the short name of a custom one. */
  readonly name: string
  readonly count: number
  /** Whether the viewer is among them. */
  readonly me: boolean
  /** The first to react, at most 40. */
  readonly account_ids: readonly string[]
  /** Of custom emoji only: the server that has it, null for this one. */
  readonly domain?: string | null
  /** Of custom emoji only, where its picture can be shown. */
  readonly url?: string
  readonly static_url?: string
}

export interface GlitchReaction {
  /** The emoji itself, or `name@domain`, or the bare name of an emoji of this home. */
  readonly name: string
  readonly count: number
  readonly me: boolean
  readonly url?: string
  readonly static_url?: string
}
