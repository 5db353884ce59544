/** What the doctor found, in one line. */
import { QueryState } from '../../components/query-state.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { useText } from '../../hooks/use-text.ts'
import { findingTitle } from './finding-title.ts'
import { Mark } from '../../components/mark.tsx'
import styles from './items.module.css'
import { useDoctor } from './use-home.ts'

export function DoctorLine() {
  const t = useText()
  const doctor = useDoctor()
  return (
    <QueryState query={doctor}>
      {({ findings, ranAt }) => {
        const open = findings.filter(({ state, isIgnored }) => state !== 'good' && !isIgnored)
        const good = findings.filter(({ state }) => state === 'good').length
        if (ranAt === null) return <p>{t('doctor.not_yet')}</p>
        return (
          <div className={styles.words}>
            <p>
              <Mark tone={open.length === 0 ? 'good' : 'look'} /> {t('doctor.good', { count: good })}
              {open.length === 0 ? '' : ` · ${t('doctor.to_look', { count: open.length })}`}
            </p>
            {open.map(({ name, state, codes }) => (
              <p key={name} className={styles.meta}>
                <Mark tone={state} /> {findingTitle(t, { name, state, codes })}
              </p>
            ))}
            <p className={styles.meta}>
              {t('doctor.ran')} <RelativeTime moment={ranAt} />
            </p>
          </div>
        )
      }}
    </QueryState>
  )
}
