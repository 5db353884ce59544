/**
 * The column on the right: search, the composer, and the thread that is open beside the page. A thread is read for itself
 * while the page keeps its place, and both may be long: one scrolling cannot do for two. So the thread, alone in the window,
 * scrolls within itself, and its end does not push the page on. Search and composer stay above it; the composer is one line
 * until somebody writes, and is whole again from then on, so that nothing moves under a pointer on its way.
 */
import { type ReactNode, useState } from 'react'
import { cx } from '../components/cx.ts'
import { Later } from '../components/later.tsx'
import { latePart } from '../components/late-part.tsx'
import { WritingAs } from '../components/writing-as.tsx'
import { Composer } from '../features/composer/composer.tsx'
import { useObservable } from '../hooks/use-observable.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { isUntouched } from '../stores/draft.ts'
import styles from './app.module.css'
import { PageBoundary } from './page-boundary.tsx'
import { closeThread, openThreadWhole, stepsBeside } from './use-shown.ts'

const ThreadColumn = latePart(
  async () => (await import('../features/thread/thread-column.tsx')).ThreadColumn,
  { words: 'thread' },
)

interface SideProps {
  readonly threadId: string | null
  readonly startsWriting: boolean
  /** The search. */
  readonly children: ReactNode
}

export function Side({ threadId, startsWriting, children }: SideProps) {
  const t = useText()
  const { drafts } = useServices()
  useObservable(drafts.view)
  // The thread beside which something is written.
  const [writtenAt, setWrittenAt] = useState<string | null>(null)
  const isBrief = threadId !== null && threadId !== writtenAt && isUntouched(drafts.current())
  return (
    <aside className={cx(styles.side, threadId !== null && styles.withThread)} aria-label={t('app.side')}>
      {children}
      <div className={styles.writing} onFocus={() => setWrittenAt(threadId)}>
        <div className={isBrief ? 'visually-hidden' : styles.sideTitle}>
          <h2>{t('composer.title')}</h2>
          <WritingAs />
        </div>
        <Later command="write">
          <Composer
            autoFocus={startsWriting}
            isBrief={isBrief}
            {...(threadId === null ? { onPosted: showIfNear } : {})}
          />
        </Later>
      </div>
      {threadId === null ? null : (
        <PageBoundary key={threadId}>
          <ThreadColumn
            postId={threadId}
            onWhole={openThreadWhole}
            onClose={closeThread}
            {...(stepsBeside() > 1 ? { onBack: () => window.history.back() } : {})}
          />
        </PageBoundary>
      )}
    </aside>
  )
}

/** Whoever writes while reading the newest sees it arrive; whoever reads further below stays there. */
function showIfNear(): void {
  if (window.scrollY < window.innerHeight / 2) requestAnimationFrame(() => window.scrollTo(0, 0))
}
