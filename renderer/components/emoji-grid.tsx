/** Emoji in rows: Tab reaches one of them, the arrows the others. */
import { type KeyboardEvent, memo, useState } from 'react'
import type { CustomEmoji } from '../../server/contracts/custom-emoji.ts'
import { ownPath } from '../api/own-path.ts'
import type { EmojiRecord } from '../formatting/find-emoji.ts'
import type { PickedEmoji } from '../stores/emoji-reactions.ts'
import styles from './emoji-picker.module.css'

export interface Choice {
  readonly emoji: PickedEmoji
  /** Its name, spoken and shown when a pointer rests on it. */
  readonly label: string
  readonly picture: string | null
}

export function choiceOfRecord({ emoji, annotation }: EmojiRecord): Choice {
  return { emoji: { name: emoji }, label: annotation, picture: null }
}

export function choiceOfCustom(custom: CustomEmoji): Choice {
  const { shortcode, url, static_url: picture } = custom
  return {
    emoji: { name: shortcode, domain: null, url, static_url: picture },
    label: `:${shortcode}:`,
    picture: ownPath(picture),
  }
}

interface EmojiGridProps {
  readonly label: string
  readonly choices: readonly Choice[]
  readonly onPick: (emoji: PickedEmoji) => void
}

export const EmojiGrid = memo(function EmojiGrid({ label, choices, onPick }: EmojiGridProps) {
  const [current, setCurrent] = useState(0)
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- one of the buttons inside has the focus
    <div role="toolbar" aria-label={label} className={styles.grid} onKeyDown={moveFocus}>
      {choices.map(({ emoji, label: name, picture }, index) => (
        <button
          key={emoji.name}
          type="button"
          className={styles.one}
          aria-label={name}
          title={name}
          tabIndex={index === Math.min(current, choices.length - 1) ? 0 : -1}
          onFocus={() => setCurrent(index)}
          onClick={() => onPick(emoji)}
        >
          {picture === null ? emoji.name : <img src={picture} alt="" loading="lazy" draggable={false} />}
        </button>
      ))}
    </div>
  )
})

/** By rows as they stand on the screen, and against the line of reading where it runs from right to left. */
function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  const place = buttons.indexOf(event.target as HTMLButtonElement)
  if (place < 0) return
  const forward = getComputedStyle(event.currentTarget).direction === 'rtl' ? -1 : 1
  const top = buttons[0]?.offsetTop
  const columns = Math.max(1, buttons.filter((button) => button.offsetTop === top).length)
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: forward,
    ArrowLeft: -forward,
    ArrowDown: columns,
    ArrowUp: -columns,
    Home: -place,
    End: buttons.length - 1 - place,
  }
  const next = buttons[place + (steps[event.key] ?? Number.NaN)]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
