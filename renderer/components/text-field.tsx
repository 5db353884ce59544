/** One line of text with its label above, its help below, and what is wrong with it in words. */
import { Eye, EyeOff } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { FieldError, Input, Label, Text, TextField as AriaTextField } from 'react-aria-components'
import { useText } from '../hooks/use-text.ts'
import { IconButton } from './button.tsx'
import { cx } from './cx.ts'
import styles from './text-field.module.css'

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly help?: ReactNode
  /** Null or absent while it is good. */
  readonly flaw?: string | null
  readonly kind?: 'text' | 'new-password' | 'current-password' | 'search' | 'domain'
  readonly name?: string
  readonly placeholder?: string
  readonly prefix?: string
  readonly autoComplete?: string
  readonly autoFocus?: boolean
  readonly isLabelHidden?: boolean
  readonly isRequired?: boolean
  readonly maxLength?: number
  readonly onBlur?: () => void
}

/** An empty field has the direction of the window: its placeholder begins where its label does. */
const directionOf = (isPlainWord: boolean, value: string): { readonly dir?: 'ltr' | 'auto' } =>
  isPlainWord ? { dir: 'ltr' } : value === '' ? {} : { dir: 'auto' }

export function TextField(props: TextFieldProps) {
  const { kind = 'text', flaw = null } = props
  const isPassword = kind === 'new-password' || kind === 'current-password'
  const [isShown, setShown] = useState(false)
  const t = useText()
  const isPlainWord = isPassword || kind === 'domain'
  return (
    <AriaTextField
      className={cx(styles.field)}
      type={isPassword && !isShown ? 'password' : kind === 'search' ? 'search' : 'text'}
      value={props.value}
      onChange={props.onChange}
      isInvalid={flaw !== null}
      isRequired={props.isRequired === true}
      autoFocus={props.autoFocus === true}
      autoComplete={isPassword ? kind : (props.autoComplete ?? 'off')}
      maxLength={props.maxLength ?? 1_000}
      validationBehavior="aria"
      {...(props.name === undefined ? {} : { name: props.name })}
      {...(props.onBlur === undefined ? {} : { onBlur: props.onBlur })}
      {...(isPlainWord ? { spellCheck: 'false', autoCapitalize: 'none', autoCorrect: 'off' } : {})}
    >
      <Label className={cx(styles.label, props.isLabelHidden === true && 'visually-hidden')}>
        {props.label}
      </Label>
      <div className={styles.box} {...(props.prefix === undefined ? {} : { dir: 'ltr' })}>
        {props.prefix === undefined ? null : (
          <span aria-hidden className={styles.prefix}>
            {props.prefix}
          </span>
        )}
        <Input
          className={cx(styles.input)}
          {...directionOf(isPlainWord, props.value)}
          {...(props.placeholder === undefined ? {} : { placeholder: props.placeholder })}
        />
        {isPassword ? (
          <IconButton
            icon={isShown ? EyeOff : Eye}
            label={t(isShown ? 'field.hide_password' : 'field.show_password')}
            isPressed={isShown}
            onPress={() => setShown(!isShown)}
          />
        ) : null}
      </div>
      {props.help === undefined || flaw !== null ? null : (
        <Text slot="description" className={cx(styles.help)}>
          {props.help}
        </Text>
      )}
      <FieldError className={cx(styles.flaw)}>{flaw}</FieldError>
    </AriaTextField>
  )
}
