/** Whom the person does not want to hear: muted people, blocked people, blocked servers; each to be let back in. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import type { Page } from '../../api/client.ts'
import { toFailure } from '../../api/failure.ts'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { EmojiText } from '../../components/emoji-text.tsx'
import { Handle } from '../../components/handle.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { PageLoading } from '../../components/page.tsx'
import { nameOf } from '../../formatting/names.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './parts.module.css'

export const MutedPart = () => <PeopleList name="muted" path="/api/v1/mutes" undo="unmute" />
export const BlockedPart = () => <PeopleList name="blocked" path="/api/v1/blocks" undo="unblock" />

interface PeopleListProps {
  readonly name: 'muted' | 'blocked'
  readonly path: string
  readonly undo: 'unmute' | 'unblock'
}

function PeopleList({ name, path, undo }: PeopleListProps) {
  const t = useText()
  const { api } = useServices()
  const list = usePages<Account>(name, path)
  const release = async (account: Account): Promise<void> => {
    await api.post(`/api/v1/accounts/${account.id}/${undo}`)
    await list.refresh()
  }
  return (
    <PagedList list={list} none={t(`people_part.${name}_none`)} keyOf={(account) => account.id}>
      {(account, act) => (
        <>
          <span className={styles.person}>
            <Avatar account={account} size="small" />
            <span>
              <bdi>
                <EmojiText text={nameOf(account)} emojis={account.emojis} />
              </bdi>{' '}
              <Handle text={`@${account.acct}`} />
            </span>
          </span>
          <Button
            label={t(`people_part.${undo}_label`, { name: `@${account.acct}` })}
            onPress={() => void act.run(async () => release(account), account.id)}
          >
            {t(`people_part.${undo}`)}
          </Button>
        </>
      )}
    </PagedList>
  )
}

export function BlockedServersPart() {
  const t = useText()
  const { api } = useServices()
  const list = usePages<string>('blocked-servers', '/api/v1/domain_blocks')
  const release = async (domain: string): Promise<void> => {
    await api.delete(`/api/v1/domain_blocks`, { query: { domain } })
    await list.refresh()
  }
  return (
    <PagedList list={list} none={t('people_part.servers_none')} keyOf={(domain) => domain}>
      {(domain, act) => (
        <>
          <bdi>{domain}</bdi>
          <Button
            label={t('people_part.unblock_label', { name: domain })}
            onPress={() => void act.run(async () => release(domain), domain)}
          >
            {t('people_part.unblock')}
          </Button>
        </>
      )}
    </PagedList>
  )
}

function usePages<T>(name: string, path: string) {
  const { api } = useServices()
  const queries = useQueryClient()
  const key = ['settings-list', name]
  const query = useInfiniteQuery({
    queryKey: key,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }): Promise<Page<T>> =>
      api.getPage<T>(path, { query: { limit: 40, ...(pageParam === null ? {} : { max_id: pageParam }) } }),
    getNextPageParam: ({ links }) => links.olderThan,
  })
  return { query, refresh: async () => queries.invalidateQueries({ queryKey: key }) }
}

interface PagedListProps<T> {
  readonly list: ReturnType<typeof usePages<T>>
  readonly none: string
  readonly keyOf: (item: T) => string
  readonly children: (item: T, act: ReturnType<typeof useAct>) => ReactNode
}

function PagedList<T>({ list, none, keyOf, children }: PagedListProps<T>) {
  const t = useText()
  const act = useAct()
  const { query } = list
  if (query.data === undefined) {
    return query.error === null ? (
      <PageLoading />
    ) : (
      <FailureNotice
        failure={toFailure(query.error)}
        act={{ label: t('act.try_again'), onPress: () => void query.refetch() }}
      />
    )
  }
  const items = query.data.pages.flatMap((page) => page.items)
  return (
    <div className={styles.stack}>
      {items.length === 0 ? <p className={styles.note}>{none}</p> : null}
      <ul className={styles.list}>
        {items.map((item) => (
          <li key={keyOf(item)} className={styles.listRow}>
            {children(item, act)}
          </li>
        ))}
      </ul>
      {query.hasNextPage ? (
        <div>
          <Button isBusy={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
            {t('settings.more')}
          </Button>
        </div>
      ) : null}
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </div>
  )
}
