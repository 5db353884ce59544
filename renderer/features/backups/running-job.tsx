/** What is being made or proven now: its step, how far it is, how long that will take; it goes on when the page is left. */
import type { KeeperProgress } from '../../../server/contracts/keeping.ts'
import { cancelBackup } from '../../api/backups.ts'
import { AmountBar } from '../../components/amount-bar.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { formatBytes } from '../../formatting/amounts.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { useTimeLeft } from '../../hooks/use-time-left.ts'
import type { Text } from '../../i18n/i18n.ts'
import styles from './backups.module.css'
import { useBackupsAgain } from './use-backups.ts'

/** Steps that have words of their own. */
const STEPS = ['media', 'tables', 'read', 'indexes', 'compare'] as const

export function RunningJob({ running }: { readonly running: KeeperProgress }) {
  const t = useText()
  const { api } = useServices()
  const again = useBackupsAgain()
  const act = useAct()
  const left = useTimeLeft(running)
  const { task, done, total } = running
  const cancel = async (): Promise<void> => {
    await cancelBackup(api)
    await again()
  }
  return (
    <Section title={t(`backups.task_${task}`)}>
      <p>{stepWords(t, running)}</p>
      <AmountBar label={t('backups.progress')} done={done} total={total} />
      <p className={styles.meta}>{amountWords(t, running, left)}</p>
      <div className={styles.acts}>
        <Button isBusy={act.isBusy} onPress={() => void act.run(cancel)}>
          {t('act.cancel')}
        </Button>
        <span className={styles.meta}>{t('backups.cancel_help')}</span>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </Section>
  )
}

function stepWords(t: Text, { step }: KeeperProgress): string {
  const known = STEPS.find((one) => one === step)
  return t(known === undefined ? 'backups.step_other' : `backups.step_${known}`)
}

function amountWords(t: Text, { done, total, unit }: KeeperProgress, left: string | null): string {
  const amount = (count: number): string =>
    unit === 'bytes' ? formatBytes(t.locale, count) : formatCount(t.locale, count)
  if (total === null) return amount(done)
  const parts = t('backups.amount', { done: amount(Math.min(done, total)), total: amount(total) })
  return left === null ? parts : `${parts} · ${t('backups.left', { left })}`
}
