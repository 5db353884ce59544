/** Asks before an identity is deleted: names what is lost, and wants its name typed, the password, and the code if there is one. */
import { useState } from 'react'
import type { ApiFailure } from '../../api/failure.ts'
import { deleteIdentity } from '../../api/settings.ts'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogActs } from '../../components/dialog.tsx'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { TextField } from '../../components/text-field.tsx'
import { isNameOf } from '../../formatting/names.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useAsksForCode } from '../../hooks/use-asks-for-code.ts'
import type { Identity } from '../../hooks/use-identities.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './identities.module.css'

/** The password, or the code where both are asked for. */
const WRONG = 422

interface DeleteDialogProps {
  readonly identity: Identity
  readonly onDeleted: () => Promise<void>
  readonly onClose: () => void
}

export function DeleteDialog({ identity, onDeleted, onClose }: DeleteDialogProps) {
  const { id, handle, account } = identity
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const [typed, setTyped] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [isAsked, setAsked] = useState(false)
  const isNamed = isNameOf(typed, account.username, handle)
  const isWrong = act.failure?.status === WRONG
  const asksForCode = useAsksForCode(isWrong)
  const flaw = isWrong
    ? t(asksForCode ? 'identities.delete_wrong_both' : 'identities.delete_wrong')
    : isAsked && password === ''
      ? t('identities.delete_password_flaw')
      : null
  const names = { handle: `\u2068${handle}\u2069`, name: `\u2068${account.username}\u2069` }
  const remove = async (): Promise<void> => {
    await deleteIdentity(api, id, password, code)
    await onDeleted()
  }
  /** What was said of the last try is not true of the next. */
  const anew = (set: (next: string) => void) => (next: string) => {
    set(next)
    act.forget()
  }
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    setAsked(true)
    if (isNamed && password !== '') void act.run(remove)
  }
  return (
    <Dialog title={t('identities.delete_title', names)} isQuestion onClose={onClose}>
      <form className={styles.question} onSubmit={submit}>
        <WhatIsLost identity={identity} />
        <TextField
          kind="domain"
          label={t('identities.delete_type', names)}
          flaw={isAsked && !isNamed ? t('identities.delete_type_flaw', names) : null}
          value={typed}
          onChange={setTyped}
        />
        <TextField
          kind="current-password"
          label={t('identities.delete_password')}
          flaw={flaw}
          value={password}
          onChange={anew(setPassword)}
        />
        {asksForCode ? <CodeField value={code} onChange={anew(setCode)} /> : null}
        <WhyNot failure={isWrong ? null : act.failure} />
        <Acts isBusy={act.isBusy} onClose={onClose} />
      </form>
    </Dialog>
  )
}

interface ActsProps {
  readonly isBusy: boolean
  readonly onClose: () => void
}

function Acts({ isBusy, onClose }: ActsProps) {
  const t = useText()
  return (
    <DialogActs>
      <Button autoFocus onPress={onClose}>
        {t('act.cancel')}
      </Button>
      <Button look="danger" type="submit" isBusy={isBusy}>
        {t('identities.delete_act')}
      </Button>
    </DialogActs>
  )
}

interface CodeFieldProps {
  readonly value: string
  readonly onChange: (next: string) => void
}

function CodeField(props: CodeFieldProps) {
  const t = useText()
  return (
    <TextField
      kind="domain"
      autoComplete="one-time-code"
      label={t('identities.delete_code')}
      help={t('identities.delete_code_help')}
      {...props}
    />
  )
}

function WhatIsLost({ identity: { handle, account } }: { readonly identity: Identity }) {
  const t = useText()
  return (
    <>
      <p>
        {t('identities.delete_lost', {
          posts: account.statuses_count,
          followers: account.followers_count,
          following: account.following_count,
        })}
      </p>
      <p>{t('identities.delete_for_ever', { handle: `\u2068${handle}\u2069` })}</p>
    </>
  )
}

function WhyNot({ failure }: { readonly failure: ApiFailure | null }) {
  const t = useText()
  if (failure === null) return null
  if (failure.status === 409) return <Notice>{t('identities.delete_last')}</Notice>
  return <FailureNotice failure={failure} />
}
