/** A question before something of the backups is gone for good: it asks for the password too. */
import { type ReactNode, useState } from 'react'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useText } from '../../hooks/use-text.ts'
import styles from './backups.module.css'

interface PasswordConfirmDialogProps {
  readonly title: string
  readonly children: ReactNode
  readonly act: string
  readonly onConfirm: (password: string) => Promise<void>
  readonly onClose: () => void
}

export function PasswordConfirmDialog({ children, onConfirm, ...question }: PasswordConfirmDialogProps) {
  const t = useText()
  const [password, setPassword] = useState('')
  return (
    <ConfirmDialog {...question} onConfirm={async () => onConfirm(password)}>
      <div className={styles.form}>
        <p>{children}</p>
        <TextField
          kind="current-password"
          label={t('backups.password')}
          value={password}
          onChange={setPassword}
        />
      </div>
    </ConfirmDialog>
  )
}
