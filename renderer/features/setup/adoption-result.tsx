/** What was taken over and what was not, once the home is made; nothing where it began as a new one. */
import { ADOPTION_LEFT_OUT, ADOPTION_TAKEN } from '../../../server/contracts/adoption.ts'
import { Command } from '../../components/command.tsx'
import { formatCount } from '../../formatting/numbers.ts'
import { useText } from '../../hooks/use-text.ts'
import { Amounts } from './adoption-amounts.tsx'
import adoption from './adoption.module.css'
import styles from './setup.module.css'
import { useAdoption } from './use-adoption.ts'

export function AdoptionResult() {
  const t = useText()
  const begun = useAdoption().data?.begun ?? null
  if (begun?.isFinished !== true) return null
  const { taken, leftOut } = begun
  const left = ADOPTION_LEFT_OUT.filter((name) => (leftOut[name] ?? 0) > 0)
  return (
    <section aria-labelledby="adopted" className={adoption.result}>
      <h2 id="adopted">{t('adoption.taken_title')}</h2>
      <p>
        {t('adoption.taken_lead')} {t('adoption.keep_safe')}
      </p>
      <details className={styles.fix}>
        <summary>{t('adoption.taken_fold')}</summary>
        <Amounts
          rows={ADOPTION_TAKEN.filter((name) => (taken[name] ?? 0) > 0).map((name) => [
            t(`adoption.taken_${name}`),
            formatCount(t.locale, taken[name] ?? 0),
          ])}
        />
      </details>
      {left.length === 0 ? null : (
        <details className={styles.fix}>
          <summary>{t('adoption.left_fold')}</summary>
          <Amounts
            rows={left.map((name) => [t(`adoption.left_${name}`), formatCount(t.locale, leftOut[name] ?? 0)])}
          />
        </details>
      )}
      {(leftOut['files_no_files'] ?? 0) === 0 ? null : (
        <div>
          <p className={styles.note}>{t('adoption.files_later')}</p>
          <Command text="homebird adopt --database - --media FOLDER" />
        </div>
      )}
    </section>
  )
}
