/** The words that narrow a search, as the home knows them. */
import { useText } from '../../hooks/use-text.ts'
import styles from './search.module.css'

const OPERATORS = [
  ['from:me', 'find.help_from'],
  ['has:image', 'find.help_has'],
  ['is:reply', 'find.help_is'],
  ['before:2026-01-31', 'find.help_before'],
  ['"…"', 'find.help_phrase'],
  ['-…', 'find.help_not'],
] as const

export function SearchHelp() {
  const t = useText()
  return (
    <details className={styles.help}>
      <summary>{t('find.help')}</summary>
      <dl>
        {OPERATORS.map(([operator, words]) => (
          <div key={operator}>
            <dt>
              <code dir="ltr">{operator}</code>
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
