/** What the first run shows while something long goes on: its thought, how far it is, and Cancel. */
import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from '../../components/button.tsx'
import { useText } from '../../hooks/use-text.ts'
import styles from './setup.module.css'

interface UnderWayProps {
  readonly title: string
  readonly lead: string
  readonly children: ReactNode
  readonly isCancelling: boolean
  /** There is nothing to cancel, or nobody who would hear it. */
  readonly canCancel: boolean
  readonly onCancel: () => void
  /** What becomes of it then. */
  readonly cancelHelp?: string
}

export function UnderWay(props: UnderWayProps) {
  const { title, lead, children, isCancelling, canCancel, onCancel, cancelHelp } = props
  const t = useText()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <div className={styles.step}>
      <div className={styles.words}>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </h1>
        <p className={styles.lead}>{lead}</p>
      </div>
      <div className={styles.fields}>{children}</div>
      <div className={styles.buttons}>
        <Button isBusy={isCancelling} isDisabled={!canCancel} onPress={onCancel}>
          {t('act.cancel')}
        </Button>
        {cancelHelp === undefined ? null : <p className={styles.note}>{cancelHelp}</p>}
      </div>
    </div>
  )
}
