/** How the home was started: every value with its variable and where it came from, to be read and not changed from here. */
import { useQuery } from '@tanstack/react-query'
import { getTuning, TUNING_KEY } from '../../api/tuning.ts'
import { QueryState } from '../../components/query-state.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './parts.module.css'

/** Typed where the home runs; the same in every language. */
const COMMAND = 'homebird config set NAME VALUE'

export function TuningPart() {
  const t = useText()
  const { api } = useServices()
  const query = useQuery({ queryKey: TUNING_KEY, queryFn: async () => getTuning(api) })
  return (
    <QueryState query={query}>
      {({ settings }) => (
        <div className={styles.stack}>
          <p className={styles.note}>{t('tuning_part.change')}</p>
          <pre className={styles.code} dir="ltr">
            <code>{COMMAND}</code>
          </pre>
          <ul className={styles.list}>
            {settings.map(({ variable, value, usual, help }) => (
              <li key={variable} className={styles.tuning}>
                <code dir="ltr">{variable}</code>
                <code dir="ltr">{value === '' ? '–' : value}</code>
                <p className={styles.note} lang="en" dir="ltr">
                  {help} ({t('tuning_part.usual', { value: usual === '' ? '–' : usual })})
                </p>
              </li>
            ))}
          </ul>
        </div>
      )}
    </QueryState>
  )
}
