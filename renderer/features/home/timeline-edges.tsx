/** What stands above and below the posts: how many came, that more are coming, that there are no more. */
import { ArrowUp } from 'lucide-react'
import { Button as AriaButton } from 'react-aria-components'
import { toFailure } from '../../api/failure.ts'
import { cx } from '../../components/cx.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { Spinner } from '../../components/spinner.tsx'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './home.module.css'

export function Loading() {
  const t = useText()
  return (
    <p className={cx(styles.state, styles.busy)} role="status">
      <Spinner /> {t('posts.loading')}
    </p>
  )
}

interface NewPostsPillProps {
  readonly count: number
  readonly onPress: () => void
  /** Leads to where another device has read; null where none has read further. */
  readonly onElsewhere: (() => void) | null
}

export function NewPostsPill({ count, onPress, onElsewhere }: NewPostsPillProps) {
  const t = useText()
  return (
    <div className={styles.pillPlace} role="status">
      {onElsewhere === null ? null : (
        <AriaButton className={cx(styles.pill)} onPress={onElsewhere}>
          <ArrowUp aria-hidden size={16} />
          {t('home.elsewhere')}
        </AriaButton>
      )}
      {count === 0 || onElsewhere !== null ? null : (
        <AriaButton className={cx(styles.pill)} onPress={onPress}>
          <ArrowUp aria-hidden size={16} />
          {t('home.new_posts', { count })}
        </AriaButton>
      )}
    </div>
  )
}

/** What stands below the last post: more to come, the end, or why there is no more. */
export function TimelineEnd() {
  const t = useText()
  const { timeline } = useServices()
  const { failure, isLoadingOlder, hasEnd } = useObservable(timeline.view)
  if (failure !== null && !isLoadingOlder) {
    return (
      <div className={styles.state}>
        <FailureNotice
          failure={toFailure(failure)}
          meaning={t('posts.kept')}
          act={{ label: t('act.try_again'), onPress: () => void retry() }}
        />
      </div>
    )
  }
  if (isLoadingOlder) return <Loading />
  return hasEnd ? <p className={styles.end}>{t('home.end')}</p> : null

  async function retry(): Promise<void> {
    await timeline.catchUp()
    await timeline.loadOlder()
  }
}
