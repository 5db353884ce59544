/** Another password, which signs everybody else out. */
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { changePassword } from '../../api/sign-in.ts'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { TextField } from '../../components/text-field.tsx'
import { Section } from '../../components/page.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { Refusal } from './refusal.tsx'
import styles from './security.module.css'

/** As the home counts. */
const LEAST_LENGTH = 10

export function PasswordSection({ onChanged }: { readonly onChanged: () => Promise<void> }) {
  const t = useText()
  const { api } = useServices()
  const [password, setPassword] = useState('')
  const [flaw, setFlaw] = useState<string | null>(null)
  const [isChanged, setChanged] = useState(false)
  const act = useAct()
  const change = async (): Promise<void> => {
    await changePassword(api, password)
    setPassword('')
    setChanged(true)
    await onChanged()
  }
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    const isShort = Array.from(password).length < LEAST_LENGTH
    setFlaw(isShort ? t('security.password_length') : null)
    if (!isShort) void act.run(change)
  }
  return (
    <Section title={t('security.password')} help={t('security.password_help')}>
      <Form className={cx(styles.form)} onSubmit={submit} validationBehavior="aria">
        <TextField
          label={t('security.password_new')}
          kind="new-password"
          value={password}
          help={t('security.password_length')}
          flaw={flaw}
          onChange={(next) => {
            setPassword(next)
            setFlaw(null)
            setChanged(false)
          }}
        />
        <div className={styles.acts}>
          <Button type="submit" isBusy={act.isBusy}>
            {t('security.password_change')}
          </Button>
          <span role="status">{isChanged ? t('security.password_changed') : ''}</span>
        </div>
        <Refusal failure={act.failure} />
      </Form>
    </Section>
  )
}
