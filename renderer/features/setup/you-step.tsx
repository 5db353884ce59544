/** Step 2: the name that is shown, the name in the handle, the password. */
import { useState } from 'react'
import { TextField } from '../../components/text-field.tsx'
import { useText } from '../../hooks/use-text.ts'
import { usernameFrom } from '../../stores/set-up-answers.ts'
import { type FieldName, flawOfField } from './field-flaws.ts'
import { PictureField } from './picture-field.tsx'
import type { StepProps } from './step-props.ts'
import { StepForm } from './step-form.tsx'

export function YouStep({ answers, flaws, onChange, onNext, onBack }: StepProps) {
  const t = useText()
  // A name that was guessed follows the display name until the person changes it.
  const [isGuessing, setGuessing] = useState(answers.username === '')
  const [touched, setTouched] = useState<ReadonlySet<FieldName>>(new Set(Object.keys(flaws) as FieldName[]))
  const touch = (...fields: readonly FieldName[]): void => setTouched(new Set([...touched, ...fields]))
  const flawOf = (field: FieldName): string | null => {
    const flaw = flaws[field] ?? (touched.has(field) ? flawOfField(field, answers[field]) : null)
    return flaw === null ? null : t(`flaw.${flaw}`)
  }
  const submit = (): void => {
    touch('username', 'password')
    if (flawOfField('username', answers.username) !== null) return
    if (flawOfField('password', answers.password) !== null) return
    onNext()
  }
  return (
    <StepForm
      title={t('setup.you_title')}
      lead={t('setup.you_lead')}
      nextLabel={t('setup.next')}
      onNext={submit}
      onBack={onBack}
    >
      <PictureField value={answers.picture} onChange={(picture) => onChange({ picture })} />
      <DisplayNameField
        value={answers.displayName}
        onChange={(displayName) =>
          onChange({ displayName, ...(isGuessing ? { username: usernameFrom(displayName) } : {}) })
        }
      />
      <TextField
        label={t('setup.username')}
        value={answers.username}
        prefix="@"
        help={t('setup.username_help')}
        kind="domain"
        name="username"
        autoComplete="username"
        flaw={flawOf('username')}
        onBlur={() => answers.username === '' || touch('username')}
        onChange={(username) => {
          setGuessing(false)
          onChange({ username: username.replace(/^@/, '').toLowerCase() })
        }}
      />
      <TextField
        label={t('setup.password')}
        value={answers.password}
        kind="new-password"
        name="password"
        help={t('setup.password_help')}
        flaw={flawOf('password')}
        onBlur={() => answers.password === '' || touch('password')}
        onChange={(password) => onChange({ password })}
      />
    </StepForm>
  )
}

function DisplayNameField(props: { readonly value: string; readonly onChange: (value: string) => void }) {
  const t = useText()
  return (
    <TextField
      label={t('setup.display_name')}
      value={props.value}
      help={t('setup.display_name_help')}
      autoComplete="name"
      autoFocus
      maxLength={100}
      onChange={props.onChange}
    />
  )
}
