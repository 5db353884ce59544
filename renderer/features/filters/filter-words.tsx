/** The words of a filter: each in its field, whole or as a part of others. */
import { Plus, X } from 'lucide-react'
import { Button, IconButton } from '../../components/button.tsx'
import { Checkbox } from '../../components/checkbox.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { DraftWord } from './filter-draft.ts'
import styles from './filters.module.css'
import { isolated } from '../../formatting/isolate.ts'

interface FilterWordsProps {
  readonly words: readonly DraftWord[]
  readonly onChange: (words: readonly DraftWord[]) => void
}

export function FilterWords({ words, onChange }: FilterWordsProps) {
  const t = useText()
  const change = (key: string, part: Partial<DraftWord>): void =>
    onChange(words.map((word) => (word.key === key ? { ...word, ...part } : word)))
  const add = (): void =>
    onChange([...words, { key: crypto.randomUUID(), id: null, text: '', isWhole: true }])
  return (
    <fieldset className={styles.group}>
      <legend>{t('filters.words')}</legend>
      {words.map((word, index) => {
        const name = word.text.trim() === '' ? String(index + 1) : isolated(word.text.trim())
        return (
          <div key={word.key} className={styles.word}>
            <TextField
              label={t('filters.word', { place: index + 1 })}
              isLabelHidden
              value={word.text}
              maxLength={512}
              onChange={(text) => change(word.key, { text })}
            />
            <Checkbox
              isSelected={word.isWhole}
              label={t('filters.whole_word_label', { word: name })}
              onChange={(isWhole) => change(word.key, { isWhole })}
            >
              {t('filters.whole_word')}
            </Checkbox>
            <IconButton
              icon={X}
              label={t('filters.take_word', { word: name })}
              onPress={() => onChange(words.filter(({ key }) => key !== word.key))}
            />
          </div>
        )
      })}
      {words.every(({ text }) => text.trim() === '') ? (
        <p className={styles.meta}>{t('filters.no_words')}</p>
      ) : null}
      <div>
        <Button onPress={add}>
          <Plus aria-hidden size={16} /> {t('filters.add_word')}
        </Button>
      </div>
    </fieldset>
  )
}
