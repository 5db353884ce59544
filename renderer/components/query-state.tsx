/** One question to the home: its words while it is under way and when it failed, and what it brought. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { toFailure } from '../api/failure.ts'
import { useText } from '../hooks/use-text.ts'
import { FailureNotice } from './notice.tsx'
import { PageLoading } from './page.tsx'
import styles from './page.module.css'

interface QueryStateProps<T> {
  readonly query: UseQueryResult<T>
  readonly loading?: string
  readonly children: (data: T) => ReactNode
}

/** What was brought stays while it is asked for again, and when that fails. */
export function QueryState<T>({ query, loading, children }: QueryStateProps<T>) {
  const t = useText()
  const { data, error } = query
  return (
    <>
      {error === null ? null : (
        <div className={styles.failed}>
          <FailureNotice
            failure={toFailure(error)}
            act={{ label: t('act.try_again'), onPress: () => void query.refetch(), isBusy: query.isFetching }}
          />
        </div>
      )}
      {data === undefined ? (
        error === null ? (
          <PageLoading {...(loading === undefined ? {} : { words: loading })} />
        ) : null
      ) : (
        children(data)
      )}
    </>
  )
}
