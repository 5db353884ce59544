/** Several lines of text with their label above; the field grows with them. */
import type { ReactNode } from 'react'
import { FieldError, Label, Text, TextArea as AriaTextArea, TextField } from 'react-aria-components'
import { cx } from './cx.ts'
import own from './text-area.module.css'
import styles from './text-field.module.css'

interface TextAreaProps {
  readonly label: string
  readonly isLabelHidden?: boolean
  readonly value: string
  readonly onChange: (value: string) => void
  readonly help?: ReactNode
  readonly placeholder?: string
  readonly maxLength?: number
  readonly rows?: number
  /** Null or absent while it is good. */
  readonly flaw?: string | null
  /** Written for machines: from left to right, every letter as wide as the other, and nobody corrects it. */
  readonly isCode?: boolean
  readonly onBlur?: () => void
}

export function TextArea(props: TextAreaProps) {
  const {
    label,
    isLabelHidden = false,
    value,
    onChange,
    help,
    placeholder,
    maxLength = 5_000,
    rows = 2,
    flaw = null,
    isCode = false,
  } = props
  return (
    <TextField
      className={cx(styles.field)}
      value={value}
      onChange={onChange}
      maxLength={maxLength}
      isInvalid={flaw !== null}
      validationBehavior="aria"
      {...(isCode ? { spellCheck: 'false', autoCapitalize: 'none', autoCorrect: 'off' } : {})}
      {...(props.onBlur === undefined ? {} : { onBlur: props.onBlur })}
    >
      <Label className={cx(styles.label, isLabelHidden && 'visually-hidden')}>{label}</Label>
      <AriaTextArea
        className={cx(own.area, isCode && own.code)}
        dir={isCode ? 'ltr' : 'auto'}
        rows={rows}
        {...(placeholder === undefined ? {} : { placeholder })}
      />
      {help === undefined || flaw !== null ? null : (
        <Text slot="description" className={cx(styles.help)}>
          {help}
        </Text>
      )}
      <FieldError className={cx(styles.flaw)}>{flaw}</FieldError>
    </TextField>
  )
}
