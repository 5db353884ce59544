/** Asks before what cannot be undone: names the thing and the numbers; Cancel has the focus. */
import { type ReactNode, useState } from 'react'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { FailureNotice } from './notice.tsx'

interface ConfirmDialogProps {
  /** "Block example.org?" */
  readonly title: string
  /** "You will lose 3 followers and 12 people you follow there." */
  readonly children: ReactNode
  /** Repeats the verb of the question: "Block server". */
  readonly act: string
  /** Closes when it has succeeded; a failure is shown here. */
  readonly onConfirm: () => Promise<void>
  readonly onClose: () => void
  readonly isDangerous?: boolean
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, act, onConfirm, onClose, isDangerous = true } = props
  const t = useText()
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const confirm = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setFailure(toFailure(error))
    } finally {
      setBusy(false)
    }
  }
  const acts = (
    <>
      <Button autoFocus onPress={onClose}>
        {t('act.cancel')}
      </Button>
      <Button look={isDangerous ? 'danger' : 'primary'} isBusy={isBusy} onPress={() => void confirm()}>
        {act}
      </Button>
    </>
  )
  return (
    <Dialog title={title} acts={acts} isQuestion onClose={onClose}>
      <div>{children}</div>
      {failure === null ? null : <FailureNotice failure={failure} meaning={t('act.nothing_changed')} />}
    </Dialog>
  )
}
