/** A thing that is chosen or not, with what it is beside the mark. */
import { Check, Minus } from 'lucide-react'
import type { ReactNode } from 'react'
import { Checkbox as AriaCheckbox } from 'react-aria-components'
import styles from './choices.module.css'
import { cx } from './cx.ts'

interface CheckboxProps {
  readonly isSelected: boolean
  /** Some of many are. */
  readonly isPartly?: boolean
  readonly isDisabled?: boolean
  /** Spoken, where nothing stands beside the mark. */
  readonly label?: string
  readonly children?: ReactNode
  readonly onChange: (isSelected: boolean) => void
}

export function Checkbox(props: CheckboxProps) {
  const { isSelected, isPartly = false, isDisabled = false, label, children, onChange } = props
  return (
    <AriaCheckbox
      className={cx(styles.choice)}
      isSelected={isSelected}
      isIndeterminate={isPartly}
      isDisabled={isDisabled}
      onChange={onChange}
      {...(label === undefined ? {} : { 'aria-label': label })}
    >
      <span aria-hidden className={styles.mark}>
        {isPartly ? (
          <Minus size={14} strokeWidth={3} />
        ) : isSelected ? (
          <Check size={14} strokeWidth={3} />
        ) : null}
      </span>
      {children === undefined ? null : <span className={styles.words}>{children}</span>}
    </AriaCheckbox>
  )
}
