/**
 * A list of people from any path of the client API that pages accounts: loading, empty, failed and end in words, more as
 * somebody reads on. `<AccountList path="/api/v1/blocks" empty={{ title: t('…') }} renderActs={…} />`
 */
import { useInfiniteQuery } from '@tanstack/react-query'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Account } from '../../server/contracts/account.ts'
import { toFailure } from '../api/failure.ts'
import { listAccountPage } from '../api/people.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import styles from './account-list.module.css'
import { AccountRow } from './account-row.tsx'
import { Button } from './button.tsx'
import { FollowButton } from './follow-button.tsx'
import { LongList } from './long-list.tsx'
import { FailureNotice } from './notice.tsx'
import { EmptyState, PageLoading } from './page.tsx'

interface AccountListProps {
  /** Of the client API: `/api/v1/lists/7/accounts`. */
  readonly path: string
  /** Under which it is asked for anew, by `invalidateQueries`; the path where it is left out. */
  readonly queryKey?: readonly string[]
  readonly empty: {
    readonly icon?: LucideIcon
    readonly title: string
    readonly help?: string
    readonly act?: ReactNode
  }
  /** Beside each; a button to follow where it is left out. */
  readonly renderActs?: (account: Account) => ReactNode
  readonly renderNote?: (account: Account) => ReactNode
  readonly label?: string
}

export function AccountList(props: AccountListProps) {
  const { path, queryKey = ['accounts', path], empty, renderNote } = props
  const { renderActs = (account: Account) => <FollowButton account={account} /> } = props
  const t = useText()
  const { api } = useServices()
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: async ({ pageParam }) => listAccountPage(api, path, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: ({ links, items }) => (items.length === 0 ? null : links.olderThan),
  })
  const failure =
    pages.error === null ? null : (
      <div className={styles.edge}>
        <FailureNotice
          failure={toFailure(pages.error)}
          act={{
            label: t('act.try_again'),
            onPress: () => void (pages.data === undefined ? pages.refetch() : pages.fetchNextPage()),
            isBusy: pages.isFetching,
          }}
        />
      </div>
    )
  if (pages.data === undefined) return failure ?? <PageLoading />
  const accounts = pages.data.pages.flatMap(({ items }) => items)
  if (accounts.length === 0) return failure ?? <EmptyState {...empty} />
  return (
    <>
      <LongList items={accounts} label={props.label}>
        {(account) => (
          <AccountRow
            key={account.id}
            account={account}
            acts={renderActs(account)}
            {...(renderNote === undefined ? {} : { note: renderNote(account) })}
          />
        )}
      </LongList>
      {failure}
      {pages.hasNextPage && failure === null ? (
        <div className={styles.more}>
          <Button isBusy={pages.isFetchingNextPage} onPress={() => void pages.fetchNextPage()}>
            {t('person.more')}
          </Button>
        </div>
      ) : null}
    </>
  )
}
