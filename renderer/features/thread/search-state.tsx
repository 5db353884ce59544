/** How the search for replies on other servers goes, as it is: no more is promised than the home knows. */
import { toFailure } from '../../api/failure.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Spinner } from '../../components/spinner.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { StoredPost } from '../../stores/posts.ts'
import type { Search, Thread } from '../../stores/thread.ts'
import styles from './thread.module.css'

interface SearchStateProps {
  readonly thread: Thread
  readonly post: StoredPost
  /** Replies to the post itself that are here. */
  readonly known: number
  readonly search: Search
}

export function SearchState({ thread, post, known, search }: SearchStateProps) {
  const t = useText()
  const look = (): void => void thread.searchReplies()
  if (search.state === 'failed') {
    return (
      <div className={styles.edge}>
        <FailureNotice
          failure={toFailure(search.failure)}
          meaning={t('thread.search_failed')}
          act={{ label: t('act.try_again'), onPress: look }}
        />
      </div>
    )
  }
  const missing = Math.max(0, post.replies_count - known)
  return (
    <div className={styles.search}>
      <div role="status">
        {search.state === 'running' ? (
          <p className={styles.busy}>
            <Spinner /> {t('thread.search_running', { found: search.found })}
          </p>
        ) : search.state === 'done' ? (
          <p>{t('thread.search_done', { found: search.found })}</p>
        ) : search.state === 'nothing_to_ask' ? (
          <p>{t('thread.search_nothing')}</p>
        ) : known === 0 && missing === 0 ? (
          <p>{t('thread.no_replies')}</p>
        ) : null}
        {missing > 0 && search.state !== 'running' ? <p>{t('thread.missing', { count: missing })}</p> : null}
      </div>
      {search.state === 'running' ? null : <Button onPress={look}>{t('thread.search')}</Button>}
    </div>
  )
}
