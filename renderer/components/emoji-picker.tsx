/** Picks one emoji: those of this home, and all of Unicode with their names; everything comes from the home. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { listCustomEmojis } from '../api/post-acts.ts'
import { Dialog } from './dialog.tsx'
import { QueryState } from './query-state.tsx'
import { TextField } from './text-field.tsx'
import { EMOJI_GROUPS, type EmojiRecord, findEmoji } from '../formatting/find-emoji.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import type { PickedEmoji } from '../stores/emoji-reactions.ts'
import { loadEmoji } from './emoji-data.ts'
import { type Choice, EmojiGrid, choiceOfCustom, choiceOfRecord } from './emoji-grid.tsx'
import styles from './emoji-picker.module.css'

interface EmojiPickerProps {
  readonly title: string
  readonly onPick: (emoji: PickedEmoji) => void
  readonly onClose: () => void
}

export function EmojiPicker({ title, onPick, onClose }: EmojiPickerProps) {
  const t = useText()
  const { api } = useServices()
  const [typed, setTyped] = useState('')
  const data = useQuery({
    queryKey: ['emoji', t.locale],
    queryFn: async () => loadEmoji(api, t.locale),
    staleTime: Infinity,
  })
  const { data: custom = [] } = useQuery({
    queryKey: ['custom-emojis'],
    queryFn: async () => listCustomEmojis(api),
  })
  const own = custom.filter((one) => one.visible_in_picker).map(choiceOfCustom)
  const pick = (emoji: PickedEmoji): void => {
    onClose()
    onPick(emoji)
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <TextField
        label={t('sheets.emoji_search')}
        isLabelHidden
        kind="search"
        placeholder={t('sheets.emoji_search')}
        value={typed}
        onChange={setTyped}
        autoFocus
        maxLength={60}
      />
      <QueryState query={data}>
        {(records) =>
          typed.trim() === '' ? (
            <AllEmoji records={records} own={own} onPick={pick} />
          ) : (
            <Found choices={found(records, own, typed)} onPick={pick} />
          )
        }
      </QueryState>
    </Dialog>
  )
}

function found(records: readonly EmojiRecord[], own: readonly Choice[], typed: string): readonly Choice[] {
  const word = typed.trim().toLowerCase().replaceAll(':', '')
  const pictures = own.filter(({ label }) => label.toLowerCase().includes(word))
  return [...pictures, ...findEmoji(records, typed).map(choiceOfRecord)]
}

interface FoundProps {
  readonly choices: readonly Choice[]
  readonly onPick: (emoji: PickedEmoji) => void
}

function Found({ choices, onPick }: FoundProps) {
  const t = useText()
  return (
    <div className={styles.all}>
      <p role="status" className="visually-hidden">
        {t('sheets.emoji_found', { count: choices.length })}
      </p>
      {choices.length === 0 ? (
        <p className={styles.nothing}>{t('sheets.emoji_nothing')}</p>
      ) : (
        <EmojiGrid label={t('sheets.emoji_results')} choices={choices} onPick={onPick} />
      )}
    </div>
  )
}

interface AllEmojiProps {
  readonly records: readonly EmojiRecord[]
  readonly own: readonly Choice[]
  readonly onPick: (emoji: PickedEmoji) => void
}

function AllEmoji({ records, own, onPick }: AllEmojiProps) {
  const t = useText()
  return (
    <div className={styles.all}>
      {own.length === 0 ? null : (
        <section>
          <h3 className={styles.group}>{t('sheets.emoji_own')}</h3>
          <EmojiGrid label={t('sheets.emoji_own')} choices={own} onPick={onPick} />
        </section>
      )}
      {EMOJI_GROUPS.map((group) => (
        <section key={group} className={styles.late}>
          <h3 className={styles.group}>{t(`sheets.emoji_group_${group}`)}</h3>
          <EmojiGrid
            label={t(`sheets.emoji_group_${group}`)}
            choices={records.filter((one) => one.group === group).map(choiceOfRecord)}
            onPick={onPick}
          />
        </section>
      ))}
    </div>
  )
}
