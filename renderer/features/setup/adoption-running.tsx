/** How far it is; it goes on when the window is closed, and what has come stays when it is broken off. */
import { useEffect, useRef } from 'react'
import { ProgressBar } from 'react-aria-components'
import { ADOPTION_STEPS } from '../../../server/contracts/adoption.ts'
import type { KeeperProgress } from '../../../server/contracts/keeping.ts'
import { cancelAdoption } from '../../api/adoption.ts'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { formatCount } from '../../formatting/numbers.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import adoption from './adoption.module.css'
import styles from './setup.module.css'
import { useAdoptionAnswer } from './use-adoption.ts'

/** @param running  null where it has just come to its end */
export function AdoptionRunning({ running }: { readonly running: KeeperProgress | null }) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const answer = useAdoptionAnswer()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <div className={styles.step}>
      <div className={styles.words}>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          {t('adoption.running_title')}
        </h1>
        <p className={styles.lead}>{t('adoption.running_lead')}</p>
      </div>
      <div className={styles.fields}>
        <Bar running={running} />
        {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      </div>
      <div className={styles.buttons}>
        <Button
          isBusy={act.isBusy}
          isDisabled={running === null}
          onPress={() => void act.run(async () => answer(await cancelAdoption(api)))}
        >
          {t('act.cancel')}
        </Button>
        <p className={styles.note}>{t('adoption.cancel_help')}</p>
      </div>
    </div>
  )
}

function Bar({ running }: { readonly running: KeeperProgress | null }) {
  const t = useText()
  const at = ADOPTION_STEPS.findIndex((step) => step === running?.step)
  const step = ADOPTION_STEPS[running === null ? ADOPTION_STEPS.length - 1 : Math.max(at, 0)] ?? 'end'
  const [done, total] = [running?.done ?? 0, running?.total ?? 0]
  const within = total === 0 ? 0 : Math.min(1, done / total)
  // Parts differ in size: the bar says which of them it is at, and the words how far it is in it.
  const share = running === null ? 1 : (Math.max(at, 0) + within) / ADOPTION_STEPS.length
  return (
    <>
      <p>{t(`adoption.part_${step}`)}</p>
      <ProgressBar
        aria-label={t('adoption.progress')}
        value={share}
        maxValue={1}
        className={cx(adoption.progress)}
      >
        <span className={adoption.bar} style={{ inlineSize: `${share * 100}%` }} />
      </ProgressBar>
      <p className={styles.note}>
        {total > 1
          ? t('adoption.amount', { done: formatCount(t.locale, done), total: formatCount(t.locale, total) })
          : '\u00A0'}
      </p>
    </>
  )
}
