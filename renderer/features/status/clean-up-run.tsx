/** A clean-up under way, and the one before. */
import type { CleanUpFacts, CleanUpRun } from '../../../server/contracts/clean-up.ts'
import { cancelCleanUp } from '../../api/clean-up.ts'
import { AmountBar } from '../../components/amount-bar.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { formatBytes } from '../../formatting/amounts.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './items.module.css'

interface CleanUpProgressProps {
  readonly run: CleanUpRun
  readonly onKnown: (facts: CleanUpFacts) => void
}

export function CleanUpProgress({ run, onKnown }: CleanUpProgressProps) {
  const t = useText()
  const { api } = useServices()
  const cancelling = useAct()
  const cancel = async (): Promise<void> => onKnown(await cancelCleanUp(api))
  return (
    <>
      <h3>{t(`clean_up.step_${run.step}`)}</h3>
      <AmountBar label={t(`clean_up.step_${run.step}`)} done={run.share} total={1} />
      <p className={styles.meta}>
        {t('clean_up.removed', { posts: run.removed.posts, people: run.removed.actors })}
      </p>
      <p className={styles.meta}>{t('clean_up.going')}</p>
      <div className={styles.acts}>
        <Button isBusy={cancelling.isBusy} onPress={() => void cancelling.run(cancel)}>
          {t('clean_up.cancel')}
        </Button>
      </div>
      {cancelling.failure === null ? null : <FailureNotice failure={cancelling.failure} />}
    </>
  )
}

export function LastCleanUp({ run }: { readonly run: CleanUpRun }) {
  const t = useText()
  const { removed, bytesBefore, bytesAfter, endedAt, startedAt, isCancelled, askedBy } = run
  return (
    <p className={styles.meta}>
      {isCancelled ? t('clean_up.last_cancelled') : t(`clean_up.last_${askedBy}`)}{' '}
      <RelativeTime moment={endedAt ?? startedAt} />
      {': '}
      {t('clean_up.removed', { posts: removed.posts, people: removed.actors })}
      {bytesBefore === null || bytesAfter === null
        ? null
        : ` ${t('clean_up.size', {
            before: formatBytes(t.locale, bytesBefore),
            after: formatBytes(t.locale, bytesAfter),
          })}`}
    </p>
  )
}
