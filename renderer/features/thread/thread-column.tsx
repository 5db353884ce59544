/** A thread beside the page that it was opened from, in a column as wide as a telephone: less deep, and scrolled by itself. */
import { ArrowLeft, Maximize2, X } from 'lucide-react'
import { useId } from 'react'
import { IconButton } from '../../components/button.tsx'
import { useText } from '../../hooks/use-text.ts'
import { SCROLLS } from './scroll-box.ts'
import { ThreadView } from './thread-view.tsx'
import styles from './thread-column.module.css'

interface ThreadColumnProps {
  readonly postId: string
  /** Shows it in the middle. */
  readonly onWhole: () => void
  readonly onClose: () => void
  /** To the thread from which this one was opened. */
  readonly onBack?: () => void
}

export function ThreadColumn({ postId, onWhole, onClose, onBack }: ThreadColumnProps) {
  const t = useText()
  const id = useId()
  return (
    <section aria-labelledby={id} className={styles.column} data-column="thread">
      <header className={styles.header}>
        {onBack === undefined ? null : (
          <IconButton icon={ArrowLeft} label={t('act.back')} isMirrored onPress={onBack} />
        )}
        <h2 id={id} tabIndex={-1}>
          {t('thread.title')}
        </h2>
        <IconButton icon={Maximize2} label={t('thread.open_whole')} onPress={onWhole} />
        <IconButton icon={X} label={t('thread.close')} onPress={onClose} />
      </header>
      <div className={styles.scrolls} {...SCROLLS}>
        <ThreadView key={postId} postId={postId} isBeside />
      </div>
    </section>
  )
}
