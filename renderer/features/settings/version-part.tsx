/** Which Homebird this is. */
import { QueryState } from '../../components/query-state.tsx'
import { useHomeFacts } from '../../hooks/use-facts.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './parts.module.css'

export function VersionPart() {
  const t = useText()
  const query = useHomeFacts()
  return (
    <QueryState query={query}>
      {({ version }) => <p className={styles.note}>{t('version_part.version', { version })}</p>}
    </QueryState>
  )
}
