/** What opens backups on another computer: a passphrase of the owner, and the recovery code of the recovery sheet. */
import { useState } from 'react'
import type { BackupLocks } from '../../../server/contracts/keeping.ts'
import { setLock } from '../../api/backups.ts'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogActs } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RecoverySheet } from '../../components/recovery-sheet.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useHomeFacts } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { newRecoveryCode } from '../../stores/recovery-code.ts'
import styles from './backups.module.css'
import { useBackupsAgain } from './use-backups.ts'

type By = keyof BackupLocks

export function KeysSection({ locks }: { readonly locks: BackupLocks }) {
  const t = useText()
  const [asked, setAsked] = useState<By | null>(null)
  return (
    <Section title={t('backups.keys')} help={t('backups.keys_help')}>
      <ul className={styles.list}>
        {(['passphrase', 'recovery'] as const).map((by) => (
          <li key={by} className={styles.item}>
            <div className={styles.words}>
              <h3>{t(`backups.${by}`)}</h3>
              <p className={styles.meta}>{t(locks[by] ? `backups.${by}_on` : `backups.${by}_off`)}</p>
            </div>
            <Button onPress={() => setAsked(by)}>
              {t(locks[by] ? `backups.${by}_change` : `backups.${by}_set`)}
            </Button>
          </li>
        ))}
      </ul>
      {asked === 'passphrase' ? <PassphraseDialog onClose={() => setAsked(null)} /> : null}
      {asked === 'recovery' ? <RecoveryDialog onClose={() => setAsked(null)} /> : null}
    </Section>
  )
}

function PassphraseDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useText()
  const { api } = useServices()
  const again = useBackupsAgain()
  const act = useAct()
  const [words, setWords] = useState('')
  const [password, setPassword] = useState('')
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    void act.run(async () => {
      await setLock(api, 'passphrase', words, password)
      await again()
      onClose()
    })
  }
  return (
    <Dialog title={t('backups.passphrase')} isQuestion onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <TextField
          kind="new-password"
          label={t('backups.passphrase_words')}
          help={t('backups.passphrase_help')}
          value={words}
          onChange={setWords}
        />
        <TextField
          kind="current-password"
          label={t('backups.password')}
          value={password}
          onChange={setPassword}
        />
        {act.failure === null ? null : (
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        )}
        <DialogActs>
          <Button onPress={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" isBusy={act.isBusy} isDisabled={words === ''}>
            {t('backups.passphrase_act')}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  )
}

/** The code is shown when it counts, and never again. */
function RecoveryDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useText()
  const { api } = useServices()
  const again = useBackupsAgain()
  const act = useAct()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string | null>(null)
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    void act.run(async () => {
      const made = newRecoveryCode((bytes) => crypto.getRandomValues(bytes))
      await setLock(api, 'recovery', made, password)
      setCode(made)
      await again()
    })
  }
  if (code !== null) return <ShownCode code={code} onClose={onClose} />
  return (
    <Dialog title={t('backups.recovery')} isQuestion onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <p>{t('backups.recovery_help')}</p>
        <TextField
          kind="current-password"
          label={t('backups.password')}
          value={password}
          onChange={setPassword}
        />
        {act.failure === null ? null : (
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        )}
        <DialogActs>
          <Button onPress={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" isBusy={act.isBusy}>
            {t('backups.recovery_act')}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  )
}

function ShownCode({ code, onClose }: { readonly code: string; readonly onClose: () => void }) {
  const t = useText()
  const facts = useHomeFacts()
  return (
    <Dialog
      title={t('backups.recovery')}
      isQuestion
      onClose={onClose}
      acts={
        <Button look="primary" onPress={onClose}>
          {t('backups.recovery_done')}
        </Button>
      }
    >
      <p>{t('backups.recovery_shown')}</p>
      <code className={styles.code} dir="ltr">
        {code}
      </code>
      <QueryState query={facts}>
        {({ username, domain }) => <RecoverySheet username={username} domain={domain} code={code} />}
      </QueryState>
    </Dialog>
  )
}
