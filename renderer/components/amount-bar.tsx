/** How far something long is, as a bar; one that is not known stands still. */
import { ProgressBar } from 'react-aria-components'
import styles from './amount-bar.module.css'
import { cx } from './cx.ts'

interface AmountBarProps {
  readonly label: string
  readonly done: number
  /** Null while it is not known. */
  readonly total: number | null
}

export function AmountBar({ label, done, total }: AmountBarProps) {
  return (
    <ProgressBar
      aria-label={label}
      value={Math.min(done, total ?? 0)}
      maxValue={Math.max(total ?? 0, 1)}
      isIndeterminate={total === null}
      className={cx(styles.progress)}
    >
      {({ percentage }) => (
        <span
          className={cx(styles.bar, total === null && styles.unknown)}
          {...(total === null ? {} : { style: { inlineSize: `${percentage ?? 0}%` } })}
        />
      )}
    </ProgressBar>
  )
}
