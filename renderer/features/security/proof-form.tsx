/** Who left the window open must not find the sign-in changed: the person shows once more that it is them. */
import { useState } from 'react'
import { Form } from 'react-aria-components'
import type { SignInFacts } from '../../../server/contracts/sign-in.ts'
import { canUsePasskeys, signWithPasskey } from '../../api/passkeys.ts'
import { askForUse, prove, proveByPasskey } from '../../api/sign-in.ts'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { TextField } from '../../components/text-field.tsx'
import { Section } from '../../components/page.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { Refusal } from './refusal.tsx'
import styles from './security.module.css'

interface ProofProps {
  readonly facts: SignInFacts
  readonly onProved: (facts: SignInFacts) => void
}

export function ProofForm(props: ProofProps) {
  const t = useText()
  return (
    <Section title={t('security.how')} help={t('security.prove')}>
      <ProofFields {...props} />
    </Section>
  )
}

/** Without the words above: for those who have words of their own. */
export function ProofFields({
  facts,
  onProved,
  hasFocus = false,
}: ProofProps & { readonly hasFocus?: boolean }) {
  const t = useText()
  const { api } = useServices()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const act = useAct()
  const hasPasskey = canUsePasskeys() && facts.passkeys.some((one) => one.host === facts.passkeyHost)
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    if (password !== '') void act.run(async () => onProved(await prove(api, password, code)))
  }
  const byPasskey = async (): Promise<void> =>
    onProved(await proveByPasskey(api, await signWithPasskey(await askForUse(api))))
  return (
    <Form className={cx(styles.form)} onSubmit={submit} validationBehavior="aria">
      <TextField
        label={t('signin.password')}
        autoFocus={hasFocus}
        kind="current-password"
        name="password"
        value={password}
        onChange={setPassword}
      />
      {facts.codesSince === null ? null : (
        <TextField
          label={t('signin.code')}
          kind="domain"
          autoComplete="one-time-code"
          help={t('signin.code_help')}
          value={code}
          onChange={setCode}
        />
      )}
      <div className={styles.acts}>
        <Button look="primary" type="submit" isBusy={act.isBusy}>
          {t('security.prove_act')}
        </Button>
        {hasPasskey ? (
          <Button onPress={() => void act.run(byPasskey)}>{t('security.prove_passkey')}</Button>
        ) : null}
      </div>
      <Refusal failure={act.failure} />
    </Form>
  )
}
