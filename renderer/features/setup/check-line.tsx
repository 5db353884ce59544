/** One check of the last step: what it is, how it went; where it failed, what that means and how it is mended. */
import { Check, Minus, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { CheckName, CheckResult } from '../../../server/contracts/owner-api.ts'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { Spinner } from '../../components/spinner.tsx'
import { formatDuration } from '../../formatting/numbers.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './setup.module.css'

export interface ShownResult extends Pick<CheckResult, 'isGood' | 'reason' | 'flaw'> {
  readonly ms?: number
}

interface CheckLineProps {
  readonly name: CheckName | 'live'
  /** Undefined while it is under way. */
  readonly result: ShownResult | undefined
  readonly isRunning: boolean
  /** What the tunnel or proxy is pointed at. */
  readonly publicAddress: string | null
}

export function CheckLine({ name, result, isRunning, publicAddress }: CheckLineProps) {
  const t = useText()
  const [isLeft, setLeft] = useState(false)
  const isUntried = result?.flaw === 'not_tried'
  const isBad = result?.isGood === false && !isUntried
  return (
    <li className={styles.check}>
      <Mark result={result} isRunning={isRunning} isLeft={isLeft} />
      <div className={styles.checkWords}>
        <p className={styles.checkTop}>
          <span>{t(`check.${name}`)}</span>{' '}
          <span className={styles.note}>{isLeft ? t('check.left') : wordOf(t, result)}</span>
        </p>
        {isBad && !isLeft ? (
          <>
            <p className={styles.note}>{meaningOf(t, name)}</p>
            <Fix result={result} publicAddress={publicAddress} onLeave={() => setLeft(true)} />
          </>
        ) : null}
      </div>
    </li>
  )
}

type Text = ReturnType<typeof useText>

function wordOf(t: Text, result: ShownResult | undefined): string {
  if (result === undefined) return t('check.running')
  if (result.flaw === 'not_tried') return t('check.not_tried')
  if (!result.isGood) return t('check.bad')
  return result.ms === undefined ? t('check.good') : formatDuration(t.locale, result.ms)
}

function meaningOf(t: Text, name: CheckName | 'live'): string {
  switch (name) {
    case 'database':
    case 'keys':
    case 'webfinger':
    case 'live':
      return t(`check.${name}_help`)
    case 'address':
    case 'certificate':
    case 'profile':
    case 'live_outside':
      return t(`check.means_${name}`)
  }
}

interface MarkProps {
  readonly result: ShownResult | undefined
  readonly isRunning: boolean
  readonly isLeft: boolean
}

function Mark({ result, isRunning, isLeft }: MarkProps) {
  const isUntried = result?.flaw === 'not_tried' || isLeft
  const shape = (): ReactNode => {
    if (result === undefined) return isRunning ? <Spinner /> : null
    if (isUntried) return <Minus aria-hidden size={18} />
    return result.isGood ? <Check aria-hidden size={18} /> : <X aria-hidden size={18} />
  }
  const isGood = result?.isGood === true
  const isBad = result?.isGood === false && !isUntried
  return <span className={cx(styles.mark, isGood && styles.good, isBad && styles.bad)}>{shape()}</span>
}

interface FixProps {
  readonly result: ShownResult
  readonly publicAddress: string | null
  readonly onLeave: () => void
}

function Fix({ result, publicAddress, onLeave }: FixProps) {
  const t = useText()
  const { flaw, reason } = result
  const steps =
    flaw === null || flaw === 'not_tried'
      ? null
      : t(`check.fix_${flaw}`, { address: publicAddress ?? '127.0.0.1:4180' })
  return (
    <div className={styles.checkActs}>
      {steps === null && reason === null ? null : (
        <details className={styles.fix}>
          <summary>{t('check.how')}</summary>
          {steps === null ? null : <p>{steps}</p>}
          {reason === null ? null : <code dir="ltr">{reason}</code>}
        </details>
      )}
      <Button onPress={onLeave}>{t('check.go_on')}</Button>
    </div>
  )
}
