/** On or off, at once: its words before it, a line of help below them. */
import { Switch as AriaSwitch } from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './switch.module.css'

interface SwitchProps {
  readonly label: string
  readonly help?: string
  readonly isOn: boolean
  readonly isDisabled?: boolean
  readonly onChange: (isOn: boolean) => void
}

export function Switch({ label, help, isOn, isDisabled = false, onChange }: SwitchProps) {
  return (
    <AriaSwitch className={cx(styles.switch)} isSelected={isOn} isDisabled={isDisabled} onChange={onChange}>
      <span className={styles.words}>
        <span>{label}</span>
        {help === undefined ? null : <span className={styles.help}>{help}</span>}
      </span>
      <span className={styles.track}>
        <span className={styles.thumb} />
      </span>
    </AriaSwitch>
  )
}
