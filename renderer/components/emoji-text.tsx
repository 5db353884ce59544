/** A name or line of somebody, with the pictures of its author's server. */
import type { CustomEmoji } from '../../server/contracts/custom-emoji.ts'
import { ownPath } from '../api/own-path.ts'
import { splitEmojis } from '../formatting/split-emojis.ts'
import styles from './emoji-text.module.css'

interface EmojiTextProps {
  readonly text: string
  readonly emojis: readonly CustomEmoji[]
}

export function EmojiText({ text, emojis }: EmojiTextProps) {
  return splitEmojis(text, emojis).map((piece, index) =>
    // The pieces of one text never move against each other.
    // oxlint-disable-next-line react/no-array-index-key -- see above
    typeof piece === 'string' ? piece : <EmojiImage key={index} emoji={piece} />,
  )
}

interface EmojiImageProps {
  readonly emoji: Pick<CustomEmoji, 'shortcode' | 'static_url'>
}

export function EmojiImage({ emoji }: EmojiImageProps) {
  const name = `:${emoji.shortcode}:`
  const source = ownPath(emoji.static_url)
  return source === null ? (
    name
  ) : (
    <img className={styles.emoji} src={source} alt={name} title={name} loading="lazy" draggable={false} />
  )
}
