/** One of a few, all of them in sight: a word each, and a line of help where the word is not enough. */
import { Label, Radio, RadioGroup } from 'react-aria-components'
import styles from './choices.module.css'
import { cx } from './cx.ts'
import type { Choice } from './select.tsx'

interface RadioChoicesProps<Value extends string> {
  readonly label: string
  readonly isLabelHidden?: boolean
  readonly value: Value
  readonly choices: readonly Choice<Value>[]
  readonly onChange: (value: Value) => void
}

export function RadioChoices<Value extends string>(props: RadioChoicesProps<Value>) {
  const { label, isLabelHidden = false, value, choices, onChange } = props
  const choose = (name: string): void => {
    const chosen = choices.find((choice) => choice.value === name)
    if (chosen !== undefined) onChange(chosen.value)
  }
  return (
    <RadioGroup className={cx(styles.group)} value={value} onChange={choose}>
      <Label className={cx(styles.label, isLabelHidden && 'visually-hidden')}>{label}</Label>
      {choices.map((choice) => (
        <Radio key={choice.value} value={choice.value} className={cx(styles.choice)}>
          <span aria-hidden className={cx(styles.mark, styles.round)} />
          <span className={styles.words}>
            <span>{choice.label}</span>
            {choice.help === undefined ? null : <span className={styles.help}>{choice.help}</span>}
          </span>
        </Radio>
      ))}
    </RadioGroup>
  )
}
