/** The one search box. Enter searches; the answer has its own address, so Back and a bookmark find it again. */
import { Search } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
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
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    const wanted = typed.trim()
    if (event.key === 'Enter' && wanted !== '') onSearch(wanted)
    // An empty field gives Esc to the page.
    if (event.key !== 'Escape' || typed === '') return
    event.preventDefault()
    event.stopPropagation()
    setTyped('')
  }
  return (
    <label className={cx(styles.search)}>
      <span className="visually-hidden">{t('search.label')}</span>
      <Search aria-hidden size={18} />
      <input
        ref={field}
        type="search"
        className={cx(styles.input)}
        {...(typed === '' ? {} : { dir: 'auto' })}
        value={typed}
        placeholder={t('search.placeholder')}
        autoComplete="off"
        autoFocus={autoFocus}
        maxLength={2_000}
        spellCheck="false"
        autoCapitalize="none"
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
    </label>
  )
}
