/** What takes room in the database. */
import type { DatabaseSizes } from '../../../server/contracts/clean-up.ts'
import { formatBytes } from '../../formatting/amounts.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './items.module.css'

const KINDS = ['posts', 'words', 'people', 'others', 'all'] as const

export function DatabaseTable({ sizes }: { readonly sizes: DatabaseSizes }) {
  const t = useText()
  return (
    <ul className={styles.list}>
      {KINDS.map((kind) => (
        <li key={kind} className={styles.row}>
          <span>{t(`clean_up.size_${kind}`)}</span>
          <span className={styles.meta}>{formatBytes(t.locale, sizes[kind])}</span>
        </li>
      ))}
    </ul>
  )
}
