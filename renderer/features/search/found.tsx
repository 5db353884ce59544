/** What a search found: the first of everything, or all of one kind page by page. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import type { SearchResults } from '../../../server/contracts/search-results.ts'
import type { Tag } from '../../../server/contracts/tag.ts'
import { toFailure } from '../../api/failure.ts'
import { type SearchKind, searchFor } from '../../api/search.ts'
import { pathTo } from '../../app/routes.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Spinner } from '../../components/spinner.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { ProfileCard } from './profile-card.tsx'
import styles from './search.module.css'

const FIRST = 10
const PAGE = 20
const NOTHING: SearchResults = { accounts: [], statuses: [], hashtags: [] }

interface FoundProps {
  readonly words: string
  readonly renderPost: (id: string) => ReactNode
}

export function EverythingFound({ words, renderPost }: FoundProps) {
  const t = useText()
  const { api } = useServices()
  const result = useQuery({
    queryKey: ['search', words],
    queryFn: async ({ signal }) =>
      searchFor(api, { words, offset: 0, limit: FIRST, asksOthers: true }, signal),
    staleTime: 60_000,
    retry: false,
  })
  if (result.isPending) return <Looking words={words} />
  if (result.error !== null) return <Failed error={result.error} onAgain={() => void result.refetch()} />
  const { accounts, statuses, hashtags } = result.data
  if (accounts.length + statuses.length + hashtags.length === 0) {
    return (
      <div className={styles.hint} role="status">
        <p>{t('search.nothing', { words })}</p>
        <p>{t('search.nothing_help')}</p>
      </div>
    )
  }
  return (
    <>
      <p role="status" className="visually-hidden">
        {t('search.found', { people: accounts.length, posts: statuses.length })}
      </p>
      <Results results={result.data} renderPost={renderPost} />
    </>
  )
}

export function FoundOfKind({ words, kind, renderPost }: FoundProps & { readonly kind: SearchKind }) {
  const t = useText()
  const { api } = useServices()
  const result = useInfiniteQuery({
    queryKey: ['search', words, kind],
    queryFn: async ({ pageParam: offset, signal }) =>
      searchFor(api, { words, kind, offset, limit: PAGE, asksOthers: offset === 0 }, signal),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => (page[kind].length < PAGE ? undefined : pages.length * PAGE),
    staleTime: 60_000,
    retry: false,
  })
  if (result.isPending) return <Looking words={words} />
  const all = (result.data?.pages ?? []).flatMap((page): readonly { readonly id: string }[] => page[kind])
  const unique = [...new Map(all.map((one) => [one.id, one])).values()]
  return (
    <>
      {unique.length === 0 && result.error === null ? (
        <p role="status" className={styles.hint}>
          {t('find.nothing_kind')}
        </p>
      ) : (
        <Results results={{ ...NOTHING, [kind]: unique }} renderPost={renderPost} />
      )}
      {result.error === null ? null : (
        <Failed
          error={result.error}
          onAgain={() => void (result.isFetchNextPageError ? result.fetchNextPage() : result.refetch())}
        />
      )}
      {result.hasNextPage ? (
        <div className={styles.more}>
          <Button isBusy={result.isFetchingNextPage} onPress={() => void result.fetchNextPage()}>
            {t('act.more')}
          </Button>
        </div>
      ) : null}
    </>
  )
}

function Looking({ words }: { readonly words: string }) {
  const t = useText()
  return (
    <p role="status" className={styles.busy}>
      <Spinner /> {t('search.looking', { words })}
    </p>
  )
}

function Failed({ error, onAgain }: { readonly error: Error; readonly onAgain: () => void }) {
  const t = useText()
  return (
    <div className={styles.hint}>
      <FailureNotice failure={toFailure(error)} act={{ label: t('act.try_again'), onPress: onAgain }} />
    </div>
  )
}

interface ResultsProps {
  readonly results: SearchResults
  readonly renderPost: (id: string) => ReactNode
}

function Results({ results: { accounts, statuses, hashtags }, renderPost }: ResultsProps) {
  const t = useText()
  const { posts } = useServices()
  useEffect(() => posts.put(statuses), [posts, statuses])
  return (
    <>
      {accounts.length === 0 ? null : (
        <ul aria-label={t('search.people')}>
          {accounts.map((account) => (
            <li key={account.id}>
              <ProfileCard account={account} />
            </li>
          ))}
        </ul>
      )}
      {hashtags.length === 0 ? null : <Hashtags tags={hashtags} />}
      {statuses.map((status) => (
        <div key={status.id}>{renderPost(status.id)}</div>
      ))}
    </>
  )
}

export function Hashtags({ tags }: { readonly tags: readonly Tag[] }) {
  const t = useText()
  return (
    <ul aria-label={t('find.hashtags')}>
      {tags.map((tag) => (
        <li key={tag.id} className={styles.tag}>
          <AppLink to={pathTo('tag', tag.name)}>
            <bdi>#{tag.name}</bdi>
          </AppLink>
          <span className={styles.meta}>
            {t('find.uses', { count: tag.history.reduce((sum, day) => sum + Number(day.uses), 0) })}
          </span>
        </li>
      ))}
    </ul>
  )
}
