/** What went wrong: the sentence, one act, and the technical line folded beneath. */
import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ApiFailure } from '../api/failure.ts'
import { useFailureText } from '../hooks/use-failure-text.ts'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import styles from './notice.module.css'

interface NoticeProps {
  readonly failure: ApiFailure
  /** What it means for the person: "Your text is kept." */
  readonly meaning?: string
  readonly act?: { readonly label: string; readonly onPress: () => void; readonly isBusy?: boolean }
}

export function FailureNotice({ failure, meaning, act }: NoticeProps) {
  const t = useText()
  const words = useFailureText()
  return (
    <Notice
      act={
        act === undefined ? null : (
          <Button onPress={act.onPress} isBusy={act.isBusy === true}>
            {act.label}
          </Button>
        )
      }
      detail={failure.kind === 'refused' ? null : failure.detail}
      detailLabel={t('failure.details')}
    >
      {words(failure)} {meaning}
    </Notice>
  )
}

interface PlainNoticeProps {
  readonly children: ReactNode
  readonly act?: ReactNode
  readonly detail?: string | null
  readonly detailLabel?: string
}

export function Notice({ children, act = null, detail = null, detailLabel = '' }: PlainNoticeProps) {
  return (
    <div role="alert" className={styles.notice}>
      <CircleAlert aria-hidden size={18} className={styles.icon} />
      <div className={styles.body}>
        <p>{children}</p>
        {detail === null ? null : (
          <details className={styles.details}>
            <summary>{detailLabel}</summary>
            <code dir="ltr">{detail}</code>
          </details>
        )}
      </div>
      {act}
    </div>
  )
}
