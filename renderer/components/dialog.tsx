/** A sheet over the page: a title, what it holds, a way to close. Esc and a press beside it close it too. */
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useText } from '../hooks/use-text.ts'
import { IconButton } from './button.tsx'
import { cx } from './cx.ts'
import styles from './dialog.module.css'

interface DialogProps {
  readonly title: string
  readonly children: ReactNode
  /** Buttons below, the one that does it last. */
  readonly acts?: ReactNode
  readonly isWide?: boolean
  /** What it holds comes and goes: it hangs from one height instead of standing in the middle. */
  readonly isHung?: boolean
  /** A question that must be answered by one of its buttons. */
  readonly isQuestion?: boolean
  readonly onClose: () => void
}

/** Shown while it is rendered: whoever opens it renders it. */
export function Dialog({ title, children, acts, isWide, isHung, isQuestion = false, onClose }: DialogProps) {
  const t = useText()
  return (
    <ModalOverlay
      isOpen
      isDismissable={!isQuestion}
      onOpenChange={(open) => open || onClose()}
      className={cx(styles.overlay)}
      data-dims
    >
      <Modal
        className={cx(
          'floating',
          styles.modal,
          isWide === true && styles.wide,
          isHung === true && styles.hung,
        )}
      >
        <AriaDialog className={cx(styles.dialog)} role={isQuestion ? 'alertdialog' : 'dialog'}>
          <div className={styles.top}>
            <Heading slot="title" level={2} className={cx(styles.title)}>
              {title}
            </Heading>
            {isQuestion ? null : <IconButton icon={X} label={t('act.close')} onPress={onClose} />}
          </div>
          {children}
          {acts === undefined ? null : <DialogActs>{acts}</DialogActs>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

/** Also inside a form that a dialog holds: Cancel first, the one that does it last. */
export function DialogActs({ children }: { readonly children: ReactNode }) {
  return <div className={styles.acts}>{children}</div>
}
