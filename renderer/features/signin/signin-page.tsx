/** Who comes back gives the password; where nobody has set the home up, the key of its start. */
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { canUsePasskeys, signWithPasskey } from '../../api/passkeys.ts'
import { Button } from '../../components/button.tsx'
import { Command } from '../../components/command.tsx'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { PageFrame } from '../../components/page-frame.tsx'
import { TextField } from '../../components/text-field.tsx'
import { cx } from '../../components/cx.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { keyFromFragment } from '../../stores/session.ts'
import styles from './signin.module.css'

interface SignInPageProps {
  /** The key in the address was refused. */
  readonly wasKeyRefused: boolean
}

interface PasswordPageProps extends SignInPageProps {
  /** An authenticator is set up. */
  readonly asksForCode: boolean
  /** A passkey was made for this host. */
  readonly takesPasskey: boolean
}

export function PasswordPage({ wasKeyRefused, asksForCode, takesPasskey }: PasswordPageProps) {
  const t = useText()
  const { session } = useServices()
  const [code, setCode] = useState('')
  const form = useSecretForm(async (password) => session.enterWithPassword(password, code))
  const isWrong = form.failure?.kind === 'signed_out'
  return (
    <PageFrame isNarrow>
      <div className={styles.words}>
        <h1 className={styles.title}>{t('signin.title')}</h1>
        <p className={styles.lead}>{t('signin.lead')}</p>
      </div>
      <Form className={cx(styles.form)} onSubmit={form.submit} validationBehavior="aria">
        {wasKeyRefused ? <Notice>{t('signin.key_refused')}</Notice> : null}
        <TextField
          label={t('signin.password')}
          kind="current-password"
          name="password"
          value={form.value}
          autoFocus
          flaw={isWrong ? t(asksForCode ? 'signin.wrong_both' : 'signin.wrong') : null}
          onChange={form.change}
        />
        {asksForCode ? (
          <TextField
            label={t('signin.code')}
            kind="domain"
            autoComplete="one-time-code"
            help={t('signin.code_help')}
            value={code}
            onChange={setCode}
          />
        ) : null}
        {form.failure === null || isWrong ? null : <FailureNotice failure={form.failure} />}
        <Button look="primary" type="submit" isBusy={form.isBusy}>
          {t('signin.enter')}
        </Button>
      </Form>
      {takesPasskey && canUsePasskeys() ? <PasskeyEntry /> : null}
      <div className={styles.notes}>
        <p>
          {t('signin.forgotten')} <Command text="homebird owner password" />
        </p>
        {asksForCode ? (
          <p>
            {t('signin.lost')} <Command text="homebird owner reset-2fa" />
          </p>
        ) : null}
      </div>
    </PageFrame>
  )
}

function PasskeyEntry() {
  const t = useText()
  const { session } = useServices()
  const act = useAct()
  const wasRefused = act.failure?.detail === 'passkey_refused'
  const isQuiet = act.failure?.detail === 'nothing_done'
  return (
    <div className={styles.form}>
      <Button
        isBusy={act.isBusy}
        onPress={() => void act.run(async () => session.enterWithPasskey(signWithPasskey))}
      >
        {t('signin.with_passkey')}
      </Button>
      {wasRefused ? <Notice>{t('signin.passkey_refused')}</Notice> : null}
      {act.failure === null || wasRefused || isQuiet ? null : <FailureNotice failure={act.failure} />}
    </div>
  )
}

export function KeyPage({ wasKeyRefused }: SignInPageProps) {
  const t = useText()
  const { session } = useServices()
  const form = useSecretForm(async (typed) => session.enterWithKey(keyFromInput(typed)))
  const isRefused = form.failure?.kind === 'refused' || (wasKeyRefused && form.value === '')
  return (
    <PageFrame isNarrow>
      <div className={styles.words}>
        <h1 className={styles.title}>{t('key.title')}</h1>
        <p className={styles.lead}>{t('key.lead')}</p>
      </div>
      <Form className={cx(styles.form)} onSubmit={form.submit} validationBehavior="aria">
        <TextField
          label={t('key.label')}
          kind="domain"
          value={form.value}
          autoFocus
          help={t('key.help')}
          flaw={isRefused ? t('key.refused') : null}
          onChange={form.change}
        />
        {form.failure === null || isRefused ? null : <FailureNotice failure={form.failure} />}
        <Button look="primary" type="submit" isBusy={form.isBusy}>
          {t('key.go_on')}
        </Button>
      </Form>
    </PageFrame>
  )
}

/** The whole address may be pasted, or the key alone. */
function keyFromInput(typed: string): string {
  const hash = typed.indexOf('#')
  return (hash < 0 ? null : keyFromFragment(typed.slice(hash).trim())) ?? typed.trim()
}

interface SecretForm {
  readonly value: string
  readonly isBusy: boolean
  readonly failure: ApiFailure | null
  readonly change: (value: string) => void
  readonly submit: (event: { preventDefault(): void }) => void
}

function useSecretForm(send: (value: string) => Promise<void>): SecretForm {
  const [value, setValue] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const run = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    try {
      await send(value)
    } catch (error) {
      setFailure(toFailure(error))
    } finally {
      setBusy(false)
    }
  }
  return {
    value,
    isBusy,
    failure,
    change(next) {
      setValue(next)
      setFailure(null)
    },
    submit(event) {
      event.preventDefault()
      if (value !== '' && !isBusy) void run()
    },
  }
}
