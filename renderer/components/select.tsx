/** One of several, from a list that opens. */
import { ChevronDown } from 'lucide-react'
import {
  Select as AriaSelect,
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
} from 'react-aria-components'
import { cx } from './cx.ts'
import menu from './menu.module.css'
import styles from './select.module.css'

export interface Choice<Value extends string> {
  readonly value: Value
  readonly label: string
  readonly help?: string
}

interface SelectProps<Value extends string> {
  readonly label: string
  readonly isLabelHidden?: boolean
  readonly help?: string
  readonly value: Value | ''
  /** Shown while nothing is chosen. */
  readonly placeholder?: string
  readonly choices: readonly Choice<Value>[]
  readonly isDisabled?: boolean
  readonly onChange: (value: Value) => void
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, isLabelHidden = false, help, value, choices, isDisabled = false, onChange } = props
  return (
    <AriaSelect
      className={cx(styles.select)}
      value={value === '' ? null : value}
      {...(props.placeholder === undefined ? {} : { placeholder: props.placeholder })}
      isDisabled={isDisabled}
      onChange={(key) => {
        const chosen = choices.find((choice) => choice.value === key)
        if (chosen !== undefined) onChange(chosen.value)
      }}
    >
      <Label className={cx(styles.label, isLabelHidden && 'visually-hidden')}>{label}</Label>
      <Button className={cx(styles.button)}>
        <SelectValue>{({ selectedText }) => selectedText}</SelectValue>
        <ChevronDown aria-hidden size={16} />
      </Button>
      {help === undefined ? null : (
        <Text slot="description" className={cx(styles.help)}>
          {help}
        </Text>
      )}
      <Popover className={cx('floating', menu.popover)}>
        <ListBox className={cx(menu.menu)}>
          {choices.map((choice) => (
            <ListBoxItem
              key={choice.value}
              id={choice.value}
              className={cx(menu.item)}
              textValue={choice.label}
            >
              <span className={menu.words}>
                <Text slot="label" className={cx(menu.name)}>
                  {choice.label}
                </Text>
                {choice.help === undefined ? null : (
                  <Text slot="description" className={cx(menu.help)}>
                    {choice.help}
                  </Text>
                )}
              </span>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}
