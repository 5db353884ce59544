/** What people react with: one emoji of Unicode, or a custom one by its short name. */

/** Longer than any sequence that Unicode recommends. */
const MAX_EMOJI_LENGTH = 64
/** Exactly one emoji, and nothing else: sequences with skin tones, flags and families count as one. */
const ONE_EMOJI = /^\p{RGI_Emoji}$/v
const VARIATION_SELECTORS = /[\uFE0E\uFE0F]/g
/** Signs that are text unless a selector says otherwise, save where a skin tone says it already. */
const TEXT_BY_DEFAULT = /(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gu
/** Letters, digits and underscores of any script, with the signs that emoji packs use inside; anchored (rule 53). */
const NAME = /^([\p{L}\p{N}_][\p{L}\p{N}_.+-]*)(?:@([a-z0-9.:[\]-]*))?$/iu
/** Security rule 31. */
const MAX_SHORTCODE_LENGTH = 128
const MAX_HOST_LENGTH = 253 + 6

/** What a plain like means to servers that know nothing but reactions, and what they send for one. */
export const HEART = '❤️'

/** A custom emoji as it is written: without colons, with the host that has it where it is told. */
export interface EmojiName {
  readonly shortcode: string
  readonly host: string | null
}

/**
 * The emoji in the one spelling that Unicode recommends: some servers leave out the selectors that make a sign an emoji.
 * @returns null for everything that is not exactly one emoji
 */
export function parseUnicodeEmoji(text: string): string | null {
  if (text.length > MAX_EMOJI_LENGTH) return null
  if (ONE_EMOJI.test(text)) return text
  const qualified = text.replace(VARIATION_SELECTORS, '').replace(TEXT_BY_DEFAULT, '$&\uFE0F')
  return ONE_EMOJI.test(qualified) ? qualified : null
}

/** `:neko:`, `:neko@misskey.example:`, and the same without colons; `@.` means the home of whoever says it. */
export function parseEmojiName(text: string): EmojiName | null {
  if (text.length > MAX_SHORTCODE_LENGTH + MAX_HOST_LENGTH + 3) return null
  const bare = text.startsWith(':') && text.endsWith(':') && text.length > 2 ? text.slice(1, -1) : text
  const [, shortcode, host = ''] = NAME.exec(bare) ?? []
  if (shortcode === undefined || shortcode.length > MAX_SHORTCODE_LENGTH) return null
  return { shortcode, host: host === '' || host === '.' ? null : host.toLowerCase() }
}

/** The text that names a custom emoji in a reaction, here and for ever. @param host  null for one of the home's own */
export function customEmojiText(shortcode: string, host: string | null): string {
  return host === null ? `:${shortcode}:` : `:${shortcode}@${host}:`
}

/** The parts of a stored text; null for an emoji of Unicode. */
export function emojiNameOf(emoji: string): EmojiName | null {
  if (!emoji.startsWith(':')) return null
  const at = emoji.lastIndexOf('@')
  return at === -1
    ? { shortcode: emoji.slice(1, -1), host: null }
    : { shortcode: emoji.slice(1, at), host: emoji.slice(at + 1, -1) }
}
