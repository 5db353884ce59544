/** How far it is; it goes on when the window is closed, and what has come stays when it is broken off. */
import { ADOPTION_STEPS } from '../../../server/contracts/adoption.ts'
import type { KeeperProgress } from '../../../server/contracts/keeping.ts'
import { cancelAdoption } from '../../api/adoption.ts'
import { AmountBar } from '../../components/amount-bar.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { formatCount } from '../../formatting/numbers.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { useTimeLeft } from '../../hooks/use-time-left.ts'
import styles from './setup.module.css'
import { UnderWay } from './under-way.tsx'
import { useAdoptionAnswer } from './use-adoption.ts'

/** @param running  null where it has just come to its end */
export function AdoptionRunning({ running }: { readonly running: KeeperProgress | null }) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const answer = useAdoptionAnswer()
  return (
    <UnderWay
      title={t('adoption.running_title')}
      lead={t('adoption.running_lead')}
      isCancelling={act.isBusy}
      canCancel={running !== null}
      onCancel={() => void act.run(async () => answer(await cancelAdoption(api)))}
      cancelHelp={t('adoption.cancel_help')}
    >
      <Bar running={running} />
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </UnderWay>
  )
}

function Bar({ running }: { readonly running: KeeperProgress | null }) {
  const t = useText()
  const at = ADOPTION_STEPS.findIndex((step) => step === running?.step)
  const step = ADOPTION_STEPS[running === null ? ADOPTION_STEPS.length - 1 : Math.max(at, 0)] ?? 'end'
  const [done, total] = [running?.done ?? 0, running?.total ?? 0]
  const left = useTimeLeft({ step, done, total })
  const within = total === 0 ? 0 : Math.min(1, done / total)
  // Parts differ in size: the bar says which of them it is at, and the words how far it is in it.
  const share = running === null ? 1 : (Math.max(at, 0) + within) / ADOPTION_STEPS.length
  return (
    <>
      <p>{t(`adoption.part_${step}`)}</p>
      <AmountBar label={t('adoption.progress')} done={share} total={1} />
      <p className={styles.note}>
        {total > 1
          ? t('adoption.amount', { done: formatCount(t.locale, done), total: formatCount(t.locale, total) })
          : '\u00A0'}
        {left === null ? null : ` · ${t('adoption.left', { left })}`}
      </p>
    </>
  )
}
