/** The second step: an authenticator app is set up, its recovery codes are shown once, and both may be taken away. */
import { useState } from 'react'
import { Form } from 'react-aria-components'
import type { NewAuthenticator, SignInFacts } from '../../../server/contracts/sign-in.ts'
import {
  beginAuthenticator,
  confirmAuthenticator,
  removeAuthenticator,
  renewRecoveryCodes,
} from '../../api/sign-in.ts'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { TextField } from '../../components/text-field.tsx'
import { Section } from '../../components/page.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { QrPicture } from './qr-picture.tsx'
import { RecoveryCodeList } from './recovery-code-list.tsx'
import { Refusal } from './refusal.tsx'
import styles from './security.module.css'

interface AuthenticatorSectionProps {
  readonly facts: SignInFacts
  /** The person has shown that it is them. */
  readonly canChange: boolean
  readonly onChanged: () => Promise<void>
}

type Step =
  | { readonly name: 'resting' }
  | { readonly name: 'setting_up'; readonly made: NewAuthenticator }
  | { readonly name: 'showing_codes'; readonly codes: readonly string[] }

export function AuthenticatorSection({ facts, canChange, onChanged }: AuthenticatorSectionProps) {
  const t = useText()
  const [step, setStep] = useState<Step>({ name: 'resting' })
  const isOn = facts.codesSince !== null
  const rest = (): void => setStep({ name: 'resting' })
  return (
    <Section title={t('security.totp')} help={t(isOn ? 'security.totp_on' : 'security.totp_off')}>
      {isOn && step.name !== 'showing_codes' ? (
        <p>{t('security.codes_left', { count: facts.recoveryCodesLeft })}</p>
      ) : null}
      {step.name === 'resting' && canChange ? (
        <RestingActs isOn={isOn} onStep={setStep} onChanged={onChanged} />
      ) : null}
      {step.name === 'setting_up' ? (
        <SetUp
          made={step.made}
          onCancel={rest}
          onDone={async (codes) => {
            setStep({ name: 'showing_codes', codes })
            await onChanged()
          }}
        />
      ) : null}
      {step.name === 'showing_codes' ? <RecoveryCodeList codes={step.codes} onKept={rest} /> : null}
    </Section>
  )
}

interface RestingActsProps {
  readonly isOn: boolean
  readonly onStep: (step: Step) => void
  readonly onChanged: () => Promise<void>
}

function RestingActs({ isOn, onStep, onChanged }: RestingActsProps) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const begin = async (): Promise<void> => onStep({ name: 'setting_up', made: await beginAuthenticator(api) })
  const renew = async (): Promise<void> => {
    const { codes } = await renewRecoveryCodes(api)
    onStep({ name: 'showing_codes', codes })
    await onChanged()
  }
  const turnOff = async (): Promise<void> => {
    await removeAuthenticator(api)
    await onChanged()
  }
  return (
    <>
      <div className={styles.acts}>
        <Button look={isOn ? 'quiet' : 'primary'} isBusy={act.isBusy} onPress={() => void act.run(begin)}>
          {t(isOn ? 'security.totp_renew' : 'security.totp_set_up')}
        </Button>
        {isOn ? (
          <>
            <Button onPress={() => void act.run(renew)}>{t('security.codes_new')}</Button>
            <Button onPress={() => void act.run(turnOff)}>{t('security.totp_turn_off')}</Button>
          </>
        ) : null}
      </div>
      <Refusal failure={act.failure} />
    </>
  )
}

interface SetUpProps {
  readonly made: NewAuthenticator
  readonly onCancel: () => void
  readonly onDone: (codes: readonly string[]) => Promise<void>
}

function SetUp({ made, onCancel, onDone }: SetUpProps) {
  const t = useText()
  const { api } = useServices()
  const [code, setCode] = useState('')
  const act = useAct()
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    if (code.trim() === '') return
    void act.run(async () => onDone((await confirmAuthenticator(api, code)).codes))
  }
  return (
    <>
      <p>{t('security.totp_scan')}</p>
      <QrPicture picture={made.picture} name={t('security.totp_picture')} />
      <p className={styles.note}>
        {t('security.totp_key')}{' '}
        <code dir="ltr" className={styles.key}>
          {made.secret.match(/.{1,4}/g)?.join(' ')}
        </code>
      </p>
      <Form className={cx(styles.form)} onSubmit={submit} validationBehavior="aria">
        <TextField
          label={t('security.totp_code')}
          kind="domain"
          autoComplete="one-time-code"
          autoFocus
          maxLength={20}
          value={code}
          onChange={(next) => {
            setCode(next)
            act.forget()
          }}
        />
        <Refusal failure={act.failure} />
        <div className={styles.acts}>
          <Button look="primary" type="submit" isBusy={act.isBusy}>
            {t('security.totp_confirm')}
          </Button>
          <Button onPress={onCancel}>{t('security.cancel')}</Button>
        </div>
      </Form>
    </>
  )
}
