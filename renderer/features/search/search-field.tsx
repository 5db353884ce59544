/** The one search box. Enter searches; the answer has its own address, so Back and a bookmark find it again. */
import { Search } from 'lucide-react'
import { useRef, useState } from 'react'
import { Input, Label, SearchField as AriaSearchField } from 'react-aria-components'
import { cx } from '../../components/cx.ts'
import { useCommands } from '../../hooks/use-commands.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './search.module.css'

interface SearchFieldProps {
  /** Words of the address. */
  readonly words: string
  readonly autoFocus?: boolean
  readonly onSearch: (words: string) => void
}

export function SearchField({ words, autoFocus = false, onSearch }: SearchFieldProps) {
  const t = useText()
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(words)
  const [lastWords, setLastWords] = useState(words)
  if (words !== lastWords) {
    setLastWords(words)
    setTyped(words)
  }
  useCommands((command) => {
    if (command !== 'search') return false
    field.current?.focus()
    field.current?.select()
    return true
  })
  return (
    <AriaSearchField
      className={cx(styles.search)}
      value={typed}
      onChange={setTyped}
      onSubmit={(value) => value.trim() === '' || onSearch(value.trim())}
      autoComplete="off"
      autoFocus={autoFocus}
      maxLength={2_000}
    >
      <Label className="visually-hidden">{t('search.label')}</Label>
      <Search aria-hidden size={18} />
      <Input
        ref={field}
        className={cx(styles.input)}
        dir="auto"
        placeholder={t('search.placeholder')}
        spellCheck="false"
        autoCapitalize="none"
      />
    </AriaSearchField>
  )
}
