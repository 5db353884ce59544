/** Names and texts with the pictures that their author's server knows by name. */
import type { CustomEmoji } from '../../../contracts/custom-emoji.ts'
import { emojisInHtml } from '../../../domain/emojis/emojis-in-html.ts'
import { escapeHtml } from '../../../domain/text/escape-html.ts'
import { type Html, sanitised } from '../../../domain/text/markup.ts'

/** @param text  plain */
export const emojiText = (text: string, emojis: readonly CustomEmoji[]): Html =>
  emojiHtml(escapeHtml(text), emojis)

/** @param html  what the sanitiser let through, or escaped text */
export const emojiHtml = (html: string, emojis: readonly CustomEmoji[]): Html =>
  sanitised(emojisInHtml(html, emojis))
