/** A list that comes page by page: its words while it loads, when it is empty or failed, and more at a press. */
import type { ReactNode } from 'react'
import { toFailure } from '../api/failure.ts'
import type { Pages } from '../hooks/use-pages.ts'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import { FailureNotice } from './notice.tsx'
import { PageLoading } from './page.tsx'
import styles from './paged.module.css'

interface PagedProps<T> {
  readonly pages: Pages<T>
  readonly empty: ReactNode
  /** Draws all that are here; not asked while there are none. */
  readonly children: (items: readonly T[]) => ReactNode
}

/** What was brought stays while more is asked for, and when that fails. */
export function Paged<T>({ pages: { items, query }, empty, children }: PagedProps<T>) {
  const t = useText()
  const again = (): void => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch())
  return (
    <>
      {query.isPending ? (
        <PageLoading />
      ) : items.length > 0 ? (
        children(items)
      ) : query.isSuccess ? (
        empty
      ) : null}
      {query.error === null ? null : (
        <div className={styles.foot}>
          <FailureNotice
            failure={toFailure(query.error)}
            act={{ label: t('act.try_again'), onPress: again, isBusy: query.isFetching }}
          />
        </div>
      )}
      {query.hasNextPage ? (
        <div className={styles.foot}>
          <Button isBusy={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
            {t('act.more')}
          </Button>
        </div>
      ) : null}
    </>
  )
}
