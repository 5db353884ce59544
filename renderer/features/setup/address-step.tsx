/** Step 3: only on this computer, or under an address and how others get from there to here; what the whole name will be. */
import { useState } from 'react'
import { Label, Radio, RadioGroup, Text } from 'react-aria-components'
import { cx } from '../../components/cx.ts'
import { TextField } from '../../components/text-field.tsx'
import { useText } from '../../hooks/use-text.ts'
import { borrowedName } from '../../../server/contracts/borrowed-names.ts'
import type { FieldFlaw } from '../../../server/contracts/owner-api.ts'
import { ADDRESS_WAYS, isAddressWay } from '../../stores/set-up-answers.ts'
import { bareDomain, flawOfField } from './field-flaws.ts'
import type { StepProps } from './step-props.ts'
import styles from './setup.module.css'
import { StepForm } from './step-form.tsx'

export function AddressStep({ answers, flaws, onChange, onNext, onBack }: StepProps) {
  const t = useText()
  const [isTouched, setTouched] = useState(flaws.domain !== undefined)
  const flaw = flaws.domain ?? (isTouched ? flawOfField('domain', answers.domain) : null)
  const serviceFlaw = (): FieldFlaw | null =>
    flaws.serviceDomain ??
    (answers.serviceDomain.trim() === '' ? null : flawOfField('domain', answers.serviceDomain))
  const submit = (): void => {
    setTouched(true)
    if (answers.hasDomain && flawOfField('domain', answers.domain) !== null) return
    if (answers.hasDomain && serviceFlaw() !== null) return
    if (answers.hasDomain) {
      onChange({
        domain: bareDomain(answers.domain),
        serviceDomain: bareDomain(answers.serviceDomain),
      })
    }
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
      <WayChoices answers={answers} onChange={onChange} />
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
      {answers.hasDomain ? (
        <ServiceField
          value={answers.serviceDomain}
          flaw={isTouched ? serviceFlaw() : (flaws.serviceDomain ?? null)}
          onChange={(serviceDomain) => onChange({ serviceDomain })}
        />
      ) : null}
      <HandlePreview username={answers.username} domain={answers.hasDomain ? answers.domain : null} />
    </StepForm>
  )
}

/** Whether the home has an address, and how others get from there to this computer. */
function WayChoices({ answers, onChange }: Pick<StepProps, 'answers' | 'onChange'>) {
  const t = useText()
  return (
    <RadioGroup
      className={cx(styles.choices)}
      value={answers.hasDomain ? answers.way : 'none'}
      onChange={(value) =>
        onChange(isAddressWay(value) ? { hasDomain: true, way: value } : { hasDomain: false })
      }
    >
      <Label className="visually-hidden">{t('setup.address_title')}</Label>
      <Choice value="none" label={t('setup.address_none')} help={t('setup.address_none_help')} />
      {ADDRESS_WAYS.map((way) => (
        <Choice
          key={way}
          value={way}
          label={t(`setup.address_${way}`)}
          help={t(`setup.address_${way}_help`)}
        />
      ))}
    </RadioGroup>
  )
}

interface ServiceFieldProps {
  readonly value: string
  readonly flaw: FieldFlaw | null
  readonly onChange: (value: string) => void
}

/** For those who keep their website at the domain, and the home at a name below it. */
function ServiceField({ value, flaw, onChange }: ServiceFieldProps) {
  const t = useText()
  return (
    <details className={styles.fix} open={value !== ''}>
      <summary>{t('setup.service_fold')}</summary>
      <div className={styles.folded}>
        <TextField
          label={t('setup.service_domain')}
          value={value}
          kind="domain"
          name="service-domain"
          placeholder="home.example.org"
          help={t('setup.service_help')}
          flaw={flaw === null ? null : t(`flaw.${flaw}`)}
          onChange={onChange}
        />
      </div>
    </details>
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
  const lender = host === null ? null : borrowedName(host)
  return (
    <div className={styles.preview} aria-live="polite">
      <p>
        {t(host === null ? 'setup.preview_local' : 'setup.preview')}{' '}
        <strong dir="ltr" className={styles.handle}>
          @{name}
          {host === null ? null : (
            <>
              <wbr />@{host}
            </>
          )}
        </strong>
      </p>
      <p className={styles.note}>{t(host === null ? 'setup.preview_local_note' : 'setup.preview_note')}</p>
      {lender?.fate === 'provider' ? (
        <p className={styles.note}>{t('setup.lent', { provider: lender.provider })}</p>
      ) : null}
    </div>
  )
}
