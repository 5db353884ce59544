/** What people reacted with, each once with its number; the reader's own are pressed. */
import { SmilePlus } from 'lucide-react'
import { Button } from 'react-aria-components'
import type { EmojiReaction } from '../../server/contracts/emoji-reaction.ts'
import { ownPath } from '../api/own-path.ts'
import { formatCount } from '../formatting/numbers.ts'
import { useText } from '../hooks/use-text.ts'
import { cx } from './cx.ts'
import styles from './reaction-chips.module.css'

interface ReactionChipsProps {
  readonly reactions: readonly EmojiReaction[]
  /** The reader wants no numbers. */
  readonly hidesCounts: boolean
  readonly onToggle: (reaction: EmojiReaction) => void
  readonly onPick: () => void
}

/** More would be a wall; the rest is counted. */
const MOST_SHOWN = 16

export function ReactionChips({ reactions, hidesCounts, onToggle, onPick }: ReactionChipsProps) {
  const t = useText()
  if (reactions.length === 0) return null
  const shown = reactions.slice(0, MOST_SHOWN)
  const rest = reactions.length - shown.length
  return (
    <ul className={styles.chips} aria-label={t('reactions.label')}>
      {shown.map((reaction) => (
        <li key={`${reaction.name}@${reaction.domain ?? ''}`}>
          <Chip reaction={reaction} hidesCount={hidesCounts} onToggle={() => onToggle(reaction)} />
        </li>
      ))}
      {rest === 0 ? null : <li className={styles.rest}>{t('reactions.rest', { count: rest })}</li>}
      <li>
        <Button className={cx(styles.chip, styles.add)} aria-label={t('post.react')} onPress={onPick}>
          <SmilePlus aria-hidden size={16} strokeWidth={1.75} />
        </Button>
      </li>
    </ul>
  )
}

interface ChipProps {
  readonly reaction: EmojiReaction
  readonly hidesCount: boolean
  readonly onToggle: () => void
}

function Chip({ reaction, hidesCount, onToggle }: ChipProps) {
  const t = useText()
  const source = ownPath(reaction.static_url ?? null)
  const isCustom = reaction.url !== undefined || reaction.domain !== undefined
  const name = isCustom ? `:${reaction.name}:` : reaction.name
  return (
    <Button
      className={cx(styles.chip, reaction.me && styles.own)}
      aria-pressed={reaction.me}
      aria-label={hidesCount ? name : t('reactions.one', { name, count: reaction.count })}
      onPress={onToggle}
    >
      {source === null ? (
        <bdi className={styles.emoji}>{name}</bdi>
      ) : (
        <img src={source} alt="" className={styles.picture} loading="lazy" draggable={false} />
      )}
      {hidesCount ? null : <span className="figures">{formatCount(t.locale, reaction.count)}</span>}
    </Button>
  )
}
