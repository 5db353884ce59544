/** A token by hand, for scripts and apps that cannot ask: what it may do is chosen, and it is shown once. */
import { type ReactNode, useState } from 'react'
import { Form } from 'react-aria-components'
import type { AppFacts, SignInFacts } from '../../../server/contracts/sign-in.ts'
import { makePersonalToken } from '../../api/sign-in.ts'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { Dialog, DialogActs } from '../../components/dialog.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { ProofFields } from './proof-form.tsx'
import { Refusal } from './refusal.tsx'
import { ScopeChoice } from './scope-choice.tsx'
import styles from './security.module.css'

const MAX_NAME = 120

interface TokenDialogProps {
  readonly facts: SignInFacts
  readonly onFacts: (facts: SignInFacts) => void
  readonly onApps: (apps: readonly AppFacts[]) => void
  readonly onClose: () => void
}

export function TokenDialog({ facts, onFacts, onApps, onClose }: TokenDialogProps) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly string[]>(['read'])
  const [token, setToken] = useState<string | null>(null)
  const make = async (): Promise<void> => {
    const made = await makePersonalToken(api, name, scopes)
    setToken(made.token)
    onApps(made.apps)
  }
  if (token !== null) return <ShownToken name={name} token={token} onKept={onClose} />
  const mustProve = facts.provedUntil === null || act.failure?.detail === 'proof_needed'
  return (
    <Dialog title={t('security.token_make')} onClose={onClose}>
      {mustProve ? (
        <>
          <p>{t('security.token_prove')}</p>
          <ProofFields
            facts={facts}
            hasFocus
            onProved={(next) => {
              act.forget()
              onFacts(next)
            }}
          />
        </>
      ) : (
        <TokenForm
          name={name}
          scopes={scopes}
          isBusy={act.isBusy}
          onName={setName}
          onScopes={setScopes}
          onMake={() => void act.run(make)}
          onClose={onClose}
        >
          <Refusal failure={act.failure} />
        </TokenForm>
      )}
    </Dialog>
  )
}

interface TokenFormProps {
  readonly name: string
  readonly scopes: readonly string[]
  readonly isBusy: boolean
  /** What went wrong. */
  readonly children: ReactNode
  readonly onName: (name: string) => void
  readonly onScopes: (scopes: readonly string[]) => void
  readonly onMake: () => void
  readonly onClose: () => void
}

function TokenForm(props: TokenFormProps) {
  const { name, scopes, onScopes } = props
  const t = useText()
  const [isAsked, setAsked] = useState(false)
  const hasName = name.trim() !== ''
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    setAsked(true)
    if (hasName && scopes.length > 0) props.onMake()
  }
  return (
    <Form className={cx(styles.tokenForm)} onSubmit={submit} validationBehavior="aria">
      <p className={styles.note}>{t('security.token_help')}</p>
      <TextField
        label={t('security.token_name')}
        help={t('security.token_name_help')}
        flaw={isAsked && !hasName ? t('security.token_name_flaw') : null}
        value={name}
        maxLength={MAX_NAME}
        autoFocus
        onChange={props.onName}
      />
      <ScopeChoice scopes={scopes} onScopes={onScopes} />
      {isAsked && scopes.length === 0 ? (
        <p role="alert" className={styles.flaw}>
          {t('security.token_may_flaw')}
        </p>
      ) : null}
      {props.children}
      <DialogActs>
        <Button onPress={props.onClose}>{t('security.cancel')}</Button>
        <Button look="primary" type="submit" isBusy={props.isBusy}>
          {t('security.token_act')}
        </Button>
      </DialogActs>
    </Form>
  )
}

const stay = (): void => undefined

interface ShownTokenProps {
  readonly name: string
  readonly token: string
  readonly onKept: () => void
}

/** What is shown once is put away by its own button alone: no press beside it and no key loses it. */
function ShownToken({ name, token, onKept }: ShownTokenProps) {
  const t = useText()
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(token)
    setCopied(true)
  }
  const acts = (
    <>
      <Button onPress={onKept}>{t('security.token_kept')}</Button>
      <Button look="primary" autoFocus onPress={() => void copy().catch(() => setCopied(false))}>
        {t(isCopied ? 'security.copied' : 'security.copy')}
      </Button>
    </>
  )
  return (
    <Dialog
      title={t('security.token_made', { name: `\u2068${name.trim()}\u2069` })}
      acts={acts}
      isQuestion
      onClose={stay}
    >
      <p>{t('security.token_once')}</p>
      {/* Where the browser forbids copying, it stands there to be copied by hand. */}
      <p className={styles.token}>
        <code dir="ltr" className={styles.key}>
          {token}
        </code>
      </p>
    </Dialog>
  )
}
