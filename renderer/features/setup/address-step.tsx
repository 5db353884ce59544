/** Step 3: only on this computer, or under a domain; and what the whole name will be. */
import { useState } from 'react'
import { Label, Radio, RadioGroup, Text } from 'react-aria-components'
import { cx } from '../../components/cx.ts'
import { TextField } from '../../components/text-field.tsx'
import { useText } from '../../hooks/use-text.ts'
import { bareDomain, flawOfField } from './field-flaws.ts'
import type { StepProps } from './step-props.ts'
import styles from './setup.module.css'
import { StepForm } from './step-form.tsx'

export function AddressStep({ answers, flaws, onChange, onNext, onBack }: StepProps) {
  const t = useText()
  const [isTouched, setTouched] = useState(flaws.domain !== undefined)
  const flaw =
    flaws.domain ?? flaws.serviceDomain ?? (isTouched ? flawOfField('domain', answers.domain) : null)
  const submit = (): void => {
    setTouched(true)
    if (answers.hasDomain && flawOfField('domain', answers.domain) !== null) return
    if (answers.hasDomain) onChange({ domain: bareDomain(answers.domain) })
    onNext()
  }
  return (
    <StepForm
      title={t('setup.address_title')}
      lead={t('setup.address_lead')}
      nextLabel={t('setup.next')}
      onNext={submit}
      onBack={onBack}
    >
      <RadioGroup
        className={cx(styles.choices)}
        value={answers.hasDomain ? 'mine' : 'none'}
        onChange={(value) => onChange({ hasDomain: value === 'mine' })}
      >
        <Label className="visually-hidden">{t('setup.address_title')}</Label>
        <Choice value="none" label={t('setup.address_none')} help={t('setup.address_none_help')} />
        <Choice value="mine" label={t('setup.address_mine')} help={t('setup.address_mine_help')} />
      </RadioGroup>
      {answers.hasDomain ? (
        <TextField
          label={t('setup.domain')}
          value={answers.domain}
          kind="domain"
          name="domain"
          placeholder="example.org"
          autoFocus
          flaw={flaw === null ? null : t(`flaw.${flaw}`)}
          onBlur={() => setTouched(answers.domain !== '')}
          onChange={(domain) => onChange({ domain })}
        />
      ) : null}
      <HandlePreview username={answers.username} domain={answers.hasDomain ? answers.domain : null} />
    </StepForm>
  )
}

interface ChoiceProps {
  readonly value: string
  readonly label: string
  readonly help: string
}

function Choice({ value, label, help }: ChoiceProps) {
  return (
    <Radio value={value} className={cx(styles.choice)}>
      <span aria-hidden className={styles.dot} />
      <span className={styles.choiceWords}>
        <span className={styles.choiceName}>{label}</span>
        <Text slot="description" className={cx(styles.choiceHelp)}>
          {help}
        </Text>
      </span>
    </Radio>
  )
}

function HandlePreview({ username, domain }: { readonly username: string; readonly domain: string | null }) {
  const t = useText()
  const name = username === '' ? '…' : username
  const host = domain === null ? null : bareDomain(domain) || '…'
  return (
    <div className={styles.preview} aria-live="polite">
      <p>
        {t(host === null ? 'setup.preview_local' : 'setup.preview')}{' '}
        <strong dir="ltr" className={styles.handle}>
          @{name}
          {host === null ? null : `@${host}`}
        </strong>
      </p>
      <p className={styles.note}>{t(host === null ? 'setup.preview_local_note' : 'setup.preview_note')}</p>
    </div>
  )
}
