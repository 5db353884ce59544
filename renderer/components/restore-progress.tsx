/** How far a home is on its way back: its step by name, one bar over all of them, how much of this one, and how long it will take. Its words are the part `recovery`. */
import { formatBytes } from '../formatting/amounts.ts'
import { formatCount } from '../formatting/numbers.ts'
import { useText } from '../hooks/use-text.ts'
import { useTimeLeft } from '../hooks/use-time-left.ts'
import type { Text } from '../i18n/i18n.ts'
import { type RestoreAmount, placeOfRestoring } from '../stores/restore-steps.ts'
import { AmountBar } from './amount-bar.tsx'

interface RestoreProgressProps {
  readonly progress: RestoreAmount
  /** Whether it comes from another computer. */
  readonly isBrought?: boolean
  readonly className: string | undefined
}

export function RestoreProgress({ progress, isBrought = false, className }: RestoreProgressProps) {
  const t = useText()
  const left = useTimeLeft(progress)
  // Steps differ in size: the bar says which of them it is at, and the words how far it is in it.
  const { step, done, total } = placeOfRestoring(progress, isBrought)
  return (
    <>
      <p>{t(`recovery.step_${step ?? 'other'}`)}</p>
      <AmountBar label={t('recovery.progress')} done={done} total={total} />
      <p className={className}>
        {progress.done === 0 && progress.total === null ? '\u00A0' : amountOf(t, progress)}
        {left === null ? null : ` · ${t('recovery.left', { left })}`}
      </p>
    </>
  )
}

function amountOf(t: Text, { done, total, unit }: RestoreAmount): string {
  const amount = (count: number): string =>
    unit === 'bytes' ? formatBytes(t.locale, count) : formatCount(t.locale, count)
  return total === null
    ? amount(done)
    : t('recovery.amount', { done: amount(Math.min(done, total)), total: amount(total) })
}
