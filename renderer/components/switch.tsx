/** On or off, at once: its words before it, a line of help below them. */
import { Switch as AriaSwitch } from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './switch.module.css'

interface SwitchProps {
  readonly label: string
  /** Where it stands among others whose place says the same to the eye. */
  readonly isLabelHidden?: boolean
  readonly help?: string
  readonly isOn: boolean
  readonly isDisabled?: boolean
  readonly onChange: (isOn: boolean) => void
}

export function Switch(props: SwitchProps) {
  const { label, isLabelHidden = false, help, isOn, isDisabled = false, onChange } = props
  return (
    <AriaSwitch className={cx(styles.switch)} isSelected={isOn} isDisabled={isDisabled} onChange={onChange}>
      <span className={isLabelHidden ? 'visually-hidden' : styles.words}>
        <span>{label}</span>
        {help === undefined ? null : <span className={styles.help}>{help}</span>}
      </span>
      <span className={styles.track}>
        <span className={styles.thumb} />
      </span>
    </AriaSwitch>
  )
}
