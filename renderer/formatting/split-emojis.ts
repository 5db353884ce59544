/** Cuts a text at the pictures that its author's server knows by name. */
import type { CustomEmoji } from '../../server/contracts/custom-emoji.ts'

export type TextPiece = string | CustomEmoji

/** As the home takes them: of any script, with the signs that emoji packs use inside. */
const NAME = /:([\p{L}\p{N}_][\p{L}\p{N}_.+-]{0,127}):/gu

/** More pictures than anybody looks at in one text; the names of the rest stay as they are, so that no page freezes. */
const MOST_PICTURES = 200

/** `hello :blob:` gives `['hello ', {blob}]`; names that nobody knows stay as they are. */
export function splitEmojis(text: string, emojis: readonly CustomEmoji[]): readonly TextPiece[] {
  if (emojis.length === 0 || !text.includes(':')) return [text]
  const known = new Map(emojis.map((emoji) => [emoji.shortcode, emoji]))
  const pieces: TextPiece[] = []
  let start = 0
  let pictures = 0
  for (const match of text.matchAll(NAME)) {
    const emoji = known.get(match[1] ?? '')
    if (emoji === undefined || match.index < start) continue
    pictures += 1
    if (pictures > MOST_PICTURES) break
    if (match.index > start) pieces.push(text.slice(start, match.index))
    pieces.push(emoji)
    start = match.index + match[0].length
  }
  if (start < text.length) pieces.push(text.slice(start))
  return pieces
}
